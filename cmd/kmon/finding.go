package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// The codes of what only files have.
const (
	// codeUnreadable: a document of a file cannot be read.
	codeUnreadable dropin.Code = "file/unreadable"
	// codeUnitTest: a unit test of rules fails.
	codeUnitTest dropin.Code = "file/unit-test"
)

// finding is a problem with a place in a file.
type finding struct {
	File string `json:"file"`
	// Line is 0 if it is not known.
	Line int `json:"line,omitempty"`
	// LineInKey counts from where the drop-in's value begins.
	LineInKey int         `json:"lineInKey,omitempty"`
	Ref       *dropin.Ref `json:"ref,omitempty"`
	Kind      dropin.Kind `json:"kind,omitempty"`
	Code      dropin.Code `json:"code"`
	// Message says what is wrong, Remedy what to do about it.
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
	// Page explains the code.
	Page string `json:"page,omitempty"`
}

// pages is where each code of package dropin has a page.
const pages = "https://github.com/kube-monitoring-stack/kube-monitoring-stack/blob/main/docs/problems/"

func findingOf(file string, line int, p dropin.Problem) finding {
	f := finding{File: file, Line: line, Kind: p.Kind, Code: p.Code, Message: p.Message, Remedy: p.Remedy, Page: pages + string(p.Code) + ".md"}
	if p.Ref.Namespace != "" { // a file of rules has none
		f.Ref, f.LineInKey = &p.Ref, p.Line
	}
	return f
}

// text writes a finding as compilers do: where, then what.
func (f finding) text() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Ref == nil {
		p := fmt.Sprintf("%s: %s (%s)", where, f.Message, f.Code)
		if f.Remedy != "" {
			p += ". " + f.Remedy
		}
		return p
	}
	return fmt.Sprintf("%s: %s", where, dropin.Problem{Ref: *f.Ref, Line: f.LineInKey, Code: f.Code, Message: f.Message, Remedy: f.Remedy})
}

// report is what a check found.
type report struct {
	Files    int       `json:"files"`
	DropIns  int       `json:"dropIns"`
	Tests    int       `json:"tests"`
	Problems []finding `json:"problems"`
	// Notes are what could not be looked at, and why.
	Notes []string `json:"notes,omitempty"`
}

func (r *report) add(found ...finding) { r.Problems = append(r.Problems, found...) }

// sort orders findings by place, and leaves those of one place as they were found.
func (r *report) sort() {
	slices.SortStableFunc(r.Problems, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
