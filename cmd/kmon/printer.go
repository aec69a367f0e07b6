package main

import (
	"fmt"
	"io"
	"sync"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// printer tells what is wrong with drop-ins to whoever sits before the terminal.
type printer struct {
	locate func(dropin.Problem) (file string, line int, ok bool)

	mu  sync.Mutex // guards out: the source and the loop both tell
	out io.Writer
}

// Report implements [sidecar.Reporter].
func (p *printer) Report(v sidecar.Verdict) {
	if v.Reminder {
		return // it still stands above
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(v.Problems) == 0 {
		fmt.Fprintf(p.out, "%s: all of it is in use\n", v.Key)
		return
	}
	for _, problem := range v.Problems {
		if file, line, ok := p.locate(problem); ok {
			fmt.Fprintln(p.out, findingOf(file, line, problem).text())
			continue
		}
		fmt.Fprintln(p.out, problem)
	}
	if v.LastGood {
		fmt.Fprintf(p.out, "%s: its last good version stays in use\n", v.Key)
	}
}

// file tells that a manifest cannot be read, or with nil that it can be again.
func (p *printer) file(name string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		fmt.Fprintf(p.out, "%s\nWhat %s held before stays in use.\n", err, name)
		return
	}
	fmt.Fprintf(p.out, "%s can be read again\n", name)
}
