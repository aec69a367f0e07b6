// Package progress prints what a long command is doing, so that it reads well
// in a terminal and in a CI log: one line per step with the time it took, and
// on a terminal a line that is redrawn while a step runs.
package progress

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// Step is one thing to do.
type Step struct {
	Title string
	// FirstRun says how long the step takes when nothing is built yet, such
	// as "about 4 min"; empty when it makes no difference.
	FirstRun string
	// Run does it. What it reports becomes part of the step's line.
	Run func(ctx context.Context, r *Report) error
}

// Failure is a step's error together with what to do about it.
type Failure struct {
	Err error
	// Log is the file to read, if there is one.
	Log string
	// Advice says what to do next.
	Advice string
	// Detail is printed as it is, such as the state of pods.
	Detail string
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the error without the advice.
func (f *Failure) Unwrap() error { return f.Err }

// Printer prints the steps of one command.
type Printer struct {
	w   io.Writer
	tty bool
	now func() time.Time
	// quietFor is how long a step may run before a log that cannot be redrawn
	// says that it has started, and then that it is still running.
	quietFor, stillEvery time.Duration
}

// NewPrinter prints to w; tty says whether lines on it can be redrawn.
func NewPrinter(w io.Writer, tty bool) *Printer {
	return &Printer{w: w, tty: tty, now: time.Now, quietFor: 3 * time.Second, stillEvery: 30 * time.Second}
}

// Run does the steps in order and stops at the first that fails.
func (p *Printer) Run(ctx context.Context, steps []Step) error {
	for i, s := range steps {
		if err := p.step(ctx, s, fmt.Sprintf("[%2d/%d] ", i+1, len(steps))); err != nil {
			return fmt.Errorf("%s: %w", s.Title, err)
		}
	}
	return nil
}

// Printf prints a line that belongs to no step.
func (p *Printer) Printf(format string, args ...any) { fmt.Fprintf(p.w, format+"\n", args...) }

func (p *Printer) step(ctx context.Context, s Step, prefix string) error {
	started := p.now()
	r := &Report{}
	done := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() { p.draw(done, s, prefix, started, r) })
	err := s.Run(ctx, r)
	close(done)
	drawing.Wait()

	line := prefix + s.Title
	if err != nil {
		line += "  FAILED"
	} else if note := r.note(); note != "" {
		line += ": " + note
	}
	line = fmt.Sprintf("%-78s %6s", line, Took(p.now().Sub(started)))
	if s.FirstRun != "" {
		line += "  (first run " + s.FirstRun + ")"
	}
	if p.tty {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	fmt.Fprintln(p.w, line)
	return err
}

// draw shows that a step is running until done is closed.
func (p *Printer) draw(done <-chan struct{}, s Step, prefix string, started time.Time, r *Report) {
	hint := ""
	if s.FirstRun != "" {
		hint = ", first run " + s.FirstRun
	}
	every, next := 200*time.Millisecond, p.quietFor
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		running := p.now().Sub(started)
		if p.tty {
			fmt.Fprintf(p.w, "\r\x1b[K%s%s … %s (%s%s)", prefix, s.Title, clip(r.note(), 50), Took(running.Truncate(time.Second)), hint)
			continue
		}
		if running < next {
			continue
		}
		next = running + p.stillEvery
		fmt.Fprintf(p.w, "%s%s … %s (running for %s%s)\n", prefix, s.Title, r.note(), Took(running.Truncate(time.Second)), hint)
	}
}

// clip shortens a note that would wrap a redrawn line.
func clip(s string, runes int) string {
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	return string(r[:runes]) + "…"
}

// Took writes a duration the way people read it: 0.4s, 12.3s, 4m10s.
func Took(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
