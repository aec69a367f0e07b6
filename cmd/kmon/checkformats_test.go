package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file with one mistake, in line 9, of which every format tells.
const oneMistake = `apiVersion: v1
kind: ConfigMap
metadata:
  name: api
  namespace: team
  labels: {kube-monitoring-stack.io/drop-in: rules}
data:
  rules.yaml: |
    groups: [{name: g, rules: [{record: r, expr: "sum("}]}]
`

func checkedFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A pipeline goes by the exit code: 0 is fine, 1 is somebody's mistake, and 2 says
// nothing about the files.
func TestCheckExitCodes(t *testing.T) {
	bad, good := checkedFile(t, oneMistake), checkedFile(t, strings.Replace(oneMistake, "sum(", "up", 1))
	for _, c := range []struct {
		want int
		args []string
	}{
		{exitFine, []string{good}},
		{exitProblems, []string{bad}},
		{exitProblems, []string{good, bad}},
		{exitProblems, []string{"--format=json", bad}},
		{exitProblems, []string{checkedFile(t, "a: [")}},
		{exitCannot, []string{"nowhere.yaml"}},
		{exitCannot, []string{good, "nowhere.yaml"}},
		{exitCannot, []string{"--format=xml", good}},
		{exitCannot, []string{"--no-such-flag", good}},
		{exitCannot, nil},
	} {
		if code, out := kmon(t, append([]string{"check"}, c.args...)...); code != c.want {
			t.Errorf("kmon check %v: exit code %d, want %d\n%s", c.args, code, c.want, out)
		}
	}
}

// What programs read is what such programs read: the shape, not only some text.
func TestCheckFormatsAreWhatProgramsRead(t *testing.T) {
	file := checkedFile(t, oneMistake)
	var report struct {
		Problems []struct {
			File, Code, Message, Page string
			Line                      int
		}
	}
	_, out := kmon(t, "check", "--format=json", file)
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if p := report.Problems; len(p) != 1 || p[0].File != file || p[0].Line != 9 || p[0].Code != "rules/bad-expression" || p[0].Message == "" {
		t.Errorf("json: %+v", p)
	}

	var sarif struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct{ ID, HelpURI string }
				}
			}
			Results []struct {
				RuleID, Level string
				Message       struct{ Text string }
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	_, out = kmon(t, "check", "--format=sarif", file)
	if err := json.Unmarshal([]byte(out), &sarif); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if sarif.Version != "2.1.0" || sarif.Schema == "" || len(sarif.Runs) != 1 || len(sarif.Runs[0].Results) != 1 || len(sarif.Runs[0].Results[0].Locations) != 1 {
		t.Fatalf("sarif: %+v", sarif)
	}
	run := sarif.Runs[0]
	at := run.Results[0].Locations[0].PhysicalLocation
	if len(run.Tool.Driver.Rules) != 1 || run.Tool.Driver.Rules[0].ID != run.Results[0].RuleID || run.Results[0].Level != "error" || at.Region.StartLine != 9 || at.ArtifactLocation.URI != file {
		t.Errorf("sarif: %+v", run)
	}

	_, out = kmon(t, "check", "--format=github", file)
	if want := "::error file=" + file + ",line=9,title=rules/bad-expression::team/api/rules.yaml: "; !strings.HasPrefix(out, want) {
		t.Errorf("github: got %q, want %q", out, want)
	}
}
