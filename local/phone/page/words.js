// All the telephone's texts. Pure functions.

// hearing puts what the phone network says a leg hears into a sentence.
export function hearing(sounds) {
  const people = sounds.filter((s) => s.startsWith('leg:')).length;
  const parts = [];
  if (people === 1) parts.push('a person');
  if (people > 1) parts.push(`${people} people`);
  for (const s of sounds) {
    if (s === 'music') parts.push('music');
    if (s === 'ringing') parts.push('ringing');
    if (s.startsWith('speech:')) parts.push(`“${s.slice('speech:'.length).trim()}”`);
  }
  return `You hear ${parts.join(' and ') || 'silence'}.`;
}

// spoken writes a number in groups, as people read it.
export function spoken(number) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return us ? `+1 ${us[1]} ${us[2]} ${us[3]}` : number;
}

// minutes writes seconds as m:ss.
export function minutes(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
