// Package template holds the tests of template.yaml: what the schema checkers of "make verify" cannot see, because they
// know neither the code nor openapi.yaml nor the promises of this project.
//
// The code is read and not run: a function's settings and the calls it makes to AWS are found from its main.go on,
// through everything that it may reach, and compared with its environment and its policy, so that neither has too
// little or too much.
package template
