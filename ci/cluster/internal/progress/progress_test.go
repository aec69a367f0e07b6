package progress

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogHasOneLinePerQuickStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		err := NewPrinter(&out, false).Run(t.Context(), []Step{
			{Title: "one", Run: func(_ context.Context, r *Report) error { r.Notef("all there"); return nil }},
			{Title: "two", FirstRun: "about 4 min", Run: func(context.Context, *Report) error { time.Sleep(1200 * time.Millisecond); return nil }},
		})
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 2 {
			t.Fatalf("printed %q, want one line per step", lines)
		}
		for i, parts := range [][]string{{"[ 1/2] one: all there", "0.0s"}, {"[ 2/2] two", "1.2s", "(first run about 4 min)"}} {
			for _, part := range parts {
				if !strings.Contains(lines[i], part) {
					t.Errorf("line %q lacks %q", lines[i], part)
				}
			}
		}
		if strings.ContainsAny(out.String(), "\r\x1b") {
			t.Error("a log that is no terminal got control characters")
		}
	})
}

func TestLogSaysThatALongStepGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		err := NewPrinter(&out, false).Run(t.Context(), []Step{{Title: "long", Run: func(_ context.Context, r *Report) error {
			r.Notef("part 1")
			time.Sleep(70 * time.Second)
			return nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(out.String(), "long … part 1 (running for"); got != 3 {
			t.Errorf("said %d times that the step is running, want 3 in 70 s:\n%s", got, out.String())
		}
		if !strings.Contains(out.String(), "1m10s") {
			t.Errorf("the time is missing:\n%s", out.String())
		}
	})
}

func TestStopsAtTheFirstFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		broken := &Failure{Err: errors.New("broken"), Advice: "mend it"}
		err := NewPrinter(&out, true).Run(t.Context(), []Step{
			{Title: "one", Run: func(context.Context, *Report) error { return broken }},
			{Title: "two", Run: func(context.Context, *Report) error { t.Error("ran on"); return nil }},
		})
		var failure *Failure
		if !errors.As(err, &failure) || failure.Advice != "mend it" {
			t.Errorf("error %v lost its advice", err)
		}
		if !strings.Contains(out.String(), "one  FAILED") {
			t.Errorf("the line does not say so: %q", out.String())
		}
	})
}
