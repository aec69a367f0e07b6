package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/progress"
)

// explain prints an error, the end of the log that belongs to it, and what to do.
func explain(w io.Writer, err error) {
	var log, advice string
	var failure *progress.Failure
	var failedBuild *build.Error
	switch {
	case errors.As(err, &failure):
		if failure.Detail != "" {
			fmt.Fprintln(w, strings.TrimRight(failure.Detail, "\n"))
		}
		log, advice = failure.Log, failure.Advice
	case errors.As(err, &failedBuild):
		log = failedBuild.Log
		advice = "correct the program, or run the same command again if a download failed: what is built stays built"
	}
	fmt.Fprintf(w, "\nERROR: %v\n", err)
	if log != "" {
		fmt.Fprintf(w, "  log:  %s\n", log)
		for _, line := range tail(log, 8) {
			fmt.Fprintf(w, "        %s\n", line)
		}
	}
	if advice != "" {
		fmt.Fprintf(w, "  next: %s\n", advice)
	}
}

// tail returns the last lines of a file, as far as it can be read.
func tail(path string, lines int) []string {
	raw, err := os.ReadFile(path)
	if err != nil || len(raw) == 0 {
		return nil
	}
	all := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	return all[max(0, len(all)-lines):]
}
