package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/rules"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/dashboards"
)

const (
	// What templates need to change an alert without a copy of it.
	chartTuning = chartContent + "/tuning.yaml"
	// What is left of each job's metrics with the profile minimal.
	chartMetrics = chartContent + "/metrics.yaml"
	alertsTable  = "docs/alerts.md"
)

// generateContent makes what follows from rules and dashboards together: how
// alerts are tuned, which metrics are in use, and the table of alerts.
func generateContent(root fs.FS, want generated) error {
	tunings, err := rules.Tunings(root)
	if err != nil {
		return err
	}
	if want[chartTuning], err = encode(tunings); err != nil {
		return err
	}
	// A project without dashboards, as tests have it, uses what its rules do.
	var files map[string][]byte
	switch _, err := fs.Stat(root, "dashboards"); {
	case err == nil:
		if files, err = dashboards.Files(); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	used, err := rules.Used(root, files)
	if err != nil {
		return err
	}
	patterns := map[string]string{}
	for job, names := range used {
		patterns[job] = strings.Join(names, "|")
	}
	if want[chartMetrics], err = encode(patterns); err != nil {
		return err
	}
	table, err := rules.Table(root)
	if err != nil {
		return err
	}
	want[alertsTable] = []byte(table)
	return nil
}

func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return out.Bytes(), nil
}
