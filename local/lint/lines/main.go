// Command lines reports Go lines of more than 120 columns, a tab being four. Lines of raw strings and lines with an
// address cannot be broken and are not reported.
package main

import (
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"strings"
	"unicode/utf8"
)

const limit = 120

func main() {
	bad := false
	for _, name := range os.Args[1:] {
		source, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		for _, n := range tooLong(source) {
			bad = true
			fmt.Printf("%s:%d: more than %d columns\n", name, n, limit)
		}
	}
	if bad {
		os.Exit(1)
	}
}

// tooLong are the numbers of the lines that are too long.
func tooLong(source []byte) (numbers []int) {
	raw := rawStrings(source)
	for i, line := range strings.Split(string(source), "\n") {
		columns := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    "))
		if columns > limit && !raw[i+1] && !strings.Contains(line, "://") {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

// rawStrings are the numbers of the lines on which there is a raw string or a part of one.
func rawStrings(source []byte) map[int]bool {
	files := token.NewFileSet()
	file := files.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	lines := map[int]bool{}
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return lines
		}
		if tok == token.STRING && text[0] == '`' {
			for n := range strings.Count(text, "\n") + 1 {
				lines[file.Line(pos)+n] = true
			}
		}
	}
}
