package main

// The tempo is 80 beats a minute: a beat is 3/4 s, a bar of four 3 s, a phrase of four bars 12 s.
const (
	beat        = rate * 3 / 4 // in samples
	half        = beat / 2     // an eighth note, the step of the arpeggio
	beatsPerBar = 4
)

// note is one stroke of a key.
type note struct {
	at, length int   // in samples; the key is released at at+length
	pitch      int   // in semitones as MIDI counts them: 60 is middle C, 69 is 440 Hz
	weight     int64 // how hard, in 1/1000
}

// part is a piece of music that begins and ends in silence.
type part struct {
	length int // in samples
	notes  []note
}

// chord is a bass note and four tones above it, low to high. All are in the telephone's range, and close to their
// neighbours, so that the hand hardly moves.
type chord struct {
	bass  int
	tones [4]int
}

var (
	d   = chord{50, [4]int{57, 61, 64, 66}} // D maj9
	b   = chord{47, [4]int{57, 62, 64, 66}} // B m11
	g   = chord{43, [4]int{59, 62, 66, 69}} // G maj9
	e   = chord{52, [4]int{55, 59, 62, 66}} // E m9
	fis = chord{54, [4]int{57, 61, 64, 69}} // F sharp m7
	sus = chord{45, [4]int{57, 62, 64, 67}} // A7 sus4
	a   = chord{45, [4]int{55, 61, 64, 69}} // A7
	gm  = chord{43, [4]int{58, 62, 64, 67}} // g m6, a borrowed minor chord
	rov = chord{50, [4]int{57, 62, 66, 69}} // D, plain
)

// sung is a note of the melody: its first beat in the phrase, its pitch, its beats.
type sung struct{ from, pitch, beats int }

// phrase is four bars: a chord each, and a melody over them. It rests on its last bar.
type phrase struct {
	bars   [4]chord
	melody []sung
}

var phrases = [Phrases]phrase{
	{[4]chord{d, b, g, sus}, []sung{{1, 74, 2}, {3, 73, 1}, {4, 71, 3}, {7, 69, 1}, {8, 71, 2}, {10, 74, 2},
		{12, 76, 4}}},
	{[4]chord{d, fis, g, a}, []sung{{1, 78, 2}, {3, 76, 1}, {4, 73, 3}, {7, 69, 1}, {8, 71, 2}, {10, 73, 1},
		{11, 74, 1}, {12, 73, 4}}},
	{[4]chord{b, fis, g, d}, []sung{{1, 74, 2}, {3, 71, 1}, {4, 73, 3}, {7, 69, 1}, {8, 71, 2}, {10, 69, 2},
		{12, 66, 4}}},
	{[4]chord{e, sus, d, rov}, []sung{{1, 67, 2}, {3, 71, 1}, {4, 69, 2}, {6, 67, 2}, {8, 66, 3}, {11, 69, 1},
		{12, 74, 4}}},
	{[4]chord{g, fis, e, sus}, []sung{{0, 71, 3}, {3, 74, 1}, {4, 73, 3}, {7, 69, 1}, {8, 71, 2}, {10, 67, 2},
		{12, 69, 4}}},
	{[4]chord{g, fis, b, b}, []sung{{0, 78, 3}, {3, 76, 1}, {4, 73, 3}, {7, 76, 1}, {8, 74, 4}, {12, 71, 4}}},
	{[4]chord{e, fis, g, gm}, []sung{{1, 71, 1}, {2, 74, 2}, {4, 73, 2}, {6, 76, 2}, {8, 74, 3}, {11, 71, 1},
		{12, 70, 4}}},
	{[4]chord{d, sus, b, g}, []sung{{0, 69, 3}, {3, 74, 1}, {4, 76, 3}, {7, 74, 1}, {8, 73, 1}, {9, 74, 3},
		{12, 71, 4}}},
	{[4]chord{e, a, fis, b}, []sung{{1, 67, 1}, {2, 71, 2}, {4, 73, 3}, {7, 71, 1}, {8, 69, 2}, {10, 73, 2},
		{12, 74, 4}}},
	{[4]chord{e, sus, d, rov}, []sung{{1, 71, 2}, {3, 67, 1}, {4, 69, 2}, {6, 67, 2}, {8, 66, 4}, {12, 74, 4}}},
}

// figures are the orders in which the arpeggio plays a chord's tones; the last bar of a phrase goes up once and rests.
var (
	figures = [2][]int{{0, 1, 2, 3, 2, 1, 2, 1}, {0, 2, 1, 3, 2, 3, 1, 2}}
	resting = []int{0, 1, 2, 3}
)

// piece is the whole of the music: the introduction, then the phrases.
func piece() []part {
	parts := []part{introduction()}
	for i, p := range phrases {
		parts = append(parts, p.play(figures[i%2]))
	}
	return parts
}

// introduction is 8 s: one bar and a sustained chord.
func introduction() part {
	p := part{length: 8 * rate}
	p.bar(0, beatsPerBar*beat, g, figures[0])
	p.bar(beatsPerBar*beat, p.length, sus, resting)
	return p
}

func (f phrase) play(figure []int) part {
	const bar = beatsPerBar * beat
	p := part{length: len(f.bars) * bar}
	for i, c := range f.bars {
		if i == len(f.bars)-1 {
			figure = resting
		}
		p.bar(i*bar, (i+1)*bar, c, figure)
	}
	for _, s := range f.melody {
		p.notes = append(p.notes, note{at: s.from * beat, length: s.beats * beat, pitch: s.pitch, weight: 620})
	}
	return p
}

// bar adds a chord as a bass note and an arpeggio; the pedal holds all of it until the time to.
func (p *part) bar(from, to int, c chord, figure []int) {
	p.notes = append(p.notes, note{at: from, length: to - from, pitch: c.bass, weight: 360})
	for i, tone := range figure {
		at := from + i*half
		weight := int64(380)
		if i%2 == 1 {
			weight = 300
		}
		p.notes = append(p.notes, note{at: at, length: to - at, pitch: c.tones[tone], weight: weight})
	}
}
