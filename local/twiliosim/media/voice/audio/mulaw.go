package audio

// Both directions of G.711 µ-law as tables: ITU-T G.711, section 3.2 and table 2a.
var (
	mulawToLinear = makeMulawToLinear()
	linearToMulaw = makeLinearToMulaw()
)

const (
	mulawBias = 0x84  // added to a magnitude so that each segment starts at a power of two
	mulawClip = 32635 // the loudest magnitude the eight segments can carry
	// MulawSilence is the code of a sample of zero.
	MulawSilence = 0xFF
)

func makeMulawToLinear() (table [256]int16) {
	for i := range table {
		code := ^byte(i)
		magnitude := (int(code&0x0F)<<3 + mulawBias) << (code >> 4 & 7)
		magnitude -= mulawBias
		if code&0x80 != 0 {
			magnitude = -magnitude
		}
		table[i] = int16(magnitude)
	}
	return table
}

func makeLinearToMulaw() *[65536]byte {
	var table [65536]byte
	for i := range table {
		table[i] = mulawCode(int(int16(uint16(i))))
	}
	return &table
}

func mulawCode(sample int) byte {
	var sign byte
	if sample < 0 {
		sign, sample = 0x80, -sample
	}
	sample = min(sample, mulawClip) + mulawBias
	segment := 7
	for bit := 0x4000; segment > 0 && sample&bit == 0; bit >>= 1 {
		segment--
	}
	return ^(sign | byte(segment<<4) | byte(sample>>(segment+3))&0x0F)
}

// EncodeMulaw writes the µ-law code of each sample to dst, which must be as long as
// samples, and returns dst.
func EncodeMulaw(dst []byte, samples []int16) []byte {
	for i, s := range samples {
		dst[i] = linearToMulaw[uint16(s)]
	}
	return dst
}

// DecodeMulaw writes the sample of each µ-law code to dst, which must be as long as
// codes, and returns dst.
func DecodeMulaw(dst []int16, codes []byte) []int16 {
	for i, c := range codes {
		dst[i] = mulawToLinear[c]
	}
	return dst
}
