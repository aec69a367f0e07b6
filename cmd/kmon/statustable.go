package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// table writes the report for a terminal: who was asked, what is not in use and
// why, and a sentence.
func (r statusReport) table(w io.Writer, all bool) error {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SIDECAR\tSET\tIN USE\t")
	for _, s := range r.Sources {
		inUse := "yes"
		switch {
		case s.Error != "":
			inUse = "no: " + s.Error
		case !s.Synced:
			inUse = "not all is listed yet"
		case s.Digest != s.Confirmed:
			inUse = "not yet"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t\n", s.Name, short(s.Digest), inUse)
	}
	counts := map[sidecar.State]int{}
	header := false
	for _, d := range r.DropIns {
		counts[d.State]++
		if d.State == sidecar.StateActive && !all {
			continue
		}
		if !header {
			header = true
			fmt.Fprintln(t, "\nSTATE\tDROP-IN\tKIND\tSINCE\tREASON\t")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", d.State, d.Ref, d.Kind, d.Since.Format("2006-01-02 15:04"), reason(d))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\n%s: %d active, %d pending, %d stale (the last good version runs), %d rejected\n", count(len(r.DropIns), "drop-in"),
		counts[sidecar.StateActive], counts[sidecar.StatePending], counts[sidecar.StateStale], counts[sidecar.StateRejected])
	// Empty cells leave blanks at the ends of lines.
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// reason is the first of what speaks against a drop-in, on one line.
func reason(d dropInStatus) string {
	if len(d.Problems) == 0 {
		return ""
	}
	p := d.Problems[0]
	text := fmt.Sprintf("%s (%s)", p.Message, p.Code)
	if p.Line > 0 {
		text = fmt.Sprintf("line %d: %s", p.Line, text)
	}
	if n := len(d.Problems) - 1; n > 0 {
		text += fmt.Sprintf(", and %d more", n)
	}
	return strings.Join(strings.Fields(text), " ")
}

// short is enough of a digest to compare by eye.
func short(digest string) string {
	if digest == "" {
		return "-"
	}
	return digest[:min(12, len(digest))]
}
