// Package template holds the tests of template.yaml: what the schema checkers of "make verify" cannot see, since they
// know neither the code nor openapi.yaml nor what this project has promised.
//
// The code is read and not run: a function's settings and the calls it makes to AWS are found from its main.go on,
// through everything it may reach, and compared with its environment and its policy, so that neither lacks a thing nor
// has one too many.
package template
