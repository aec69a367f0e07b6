package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/common/version"
)

// formats are the ways to write a report.
func formats() []string { return []string{"text", "json", "github", "sarif"} }

func (r *report) write(w io.Writer, format string) error {
	switch format {
	case "json":
		return writeJSON(w, r)
	case "github":
		return r.writeGitHub(w)
	case "sarif":
		return writeJSON(w, r.sarif())
	default:
		return r.writeText(w)
	}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (r *report) writeText(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Problems {
		fmt.Fprintln(&b, f.text())
	}
	for _, note := range r.Notes {
		fmt.Fprintln(&b, "note:", note)
	}
	b.WriteString(count(r.DropIns, "drop-in") + " in " + count(r.Files, "file"))
	if r.Tests > 0 {
		b.WriteString(", " + count(r.Tests, "unit test"))
	}
	b.WriteString(", " + count(len(r.Problems), "problem") + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// writeGitHub writes workflow commands, which GitHub shows at the lines of a pull
// request.
func (r *report) writeGitHub(w io.Writer) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	for _, f := range r.Problems {
		fmt.Fprintf(&b, "::error file=%s", property.Replace(filepath.ToSlash(f.File)))
		if f.Line > 0 {
			fmt.Fprintf(&b, ",line=%d", f.Line)
		}
		message := f.Message
		if f.Ref != nil {
			message = f.Ref.String() + ": " + message
		}
		if f.Remedy != "" {
			message = strings.TrimSuffix(message, ".") + ". " + f.Remedy
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property.Replace(string(f.Code)), data.Replace(message))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "::notice::%s\n", data.Replace(note))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// The parts of SARIF 2.1.0 that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string `json:"id"`
		HelpURI string `json:"helpUri,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
)

func (r *report) sarif() sarifLog {
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{
		Name: "kmon", Version: version.Version,
		InformationURI: "https://github.com/kube-monitoring-stack/kube-monitoring-stack", Rules: []sarifRule{},
	}
	for _, f := range r.Problems {
		rule := sarifRule{ID: string(f.Code), HelpURI: f.Page}
		if !slices.Contains(run.Tool.Driver.Rules, rule) {
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rule)
		}
		text := f.Message
		if f.Remedy != "" {
			text = strings.TrimSuffix(text, ".") + ". " + f.Remedy
		}
		at := sarifPhysical{Artifact: sarifArtifact{URI: filepath.ToSlash(f.File)}}
		if f.Line > 0 {
			at.Region = &sarifRegion{StartLine: f.Line}
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: rule.ID, Level: "error", Message: sarifText{text}, Locations: []sarifLocation{{at}},
		})
	}
	return sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
