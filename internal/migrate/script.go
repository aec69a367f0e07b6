package migrate

import (
	"fmt"
	"strings"
)

// SecretsScript is the name of the file that [Plan.Script] is meant for.
const SecretsScript = "secrets.sh"

// Need is an object that the values refer to by its name.
type Need struct{ Kind, Name string }

// ScrapeSecret is a Secret with scrape jobs that becomes a drop-in.
type ScrapeSecret struct {
	// From and Key are where the jobs are, as a list; Name is the drop-in's.
	From, Key, Name string
}

const scriptHead = `#!/bin/sh
# Brings the Secrets and ConfigMaps that the old release's settings refer to to where the new
# release finds them. No value is in this file, and none is written to a disk: they go from the
# API server to kubectl and back. Whoever runs this may read and write them, and asks for it by
# running it. Running it again does no harm.
set -eu
`

// Script returns the commands by which whoever may read the Secrets puts them where the
// values expect them; empty if there is nothing to do. No value of a Secret is in it.
func (p *Plan) Script(r Release) string {
	from := r.OldNamespace()
	var b strings.Builder
	for _, n := range p.Needs {
		if from == r.Namespace {
			continue // it is where it has to be
		}
		fmt.Fprintf(&b, "\n# The server reads it from files.\n%s", copyCommand(n, from, r.Namespace))
	}
	for _, s := range p.ScrapeSecrets {
		fmt.Fprintf(&b, "\n# Scrape jobs. A drop-in has them under scrape_configs.\n%s", scrapeCommand(s, from, r.Namespace))
	}
	if b.Len() == 0 {
		return ""
	}
	return scriptHead + b.String()
}

// copyCommand copies a Secret or ConfigMap. Only its data goes: labels and owners say
// whose it was.
func copyCommand(n Need, from, to string) string {
	resource, kind := strings.ToLower(n.Kind), n.Kind
	return fmt.Sprintf(`kubectl get %[1]s %[3]s -n %[4]s -o go-template='apiVersion: v1
kind: %[2]s
metadata: {name: %[3]s, namespace: %[5]s}
{{with .data}}data:{{range $key, $value := .}}
  {{$key}}: {{printf "%%q" $value}}{{end}}{{end}}
' | kubectl apply --server-side -f -
`, resource, kind, n.Name, from, to)
}

// scrapeCommand makes a drop-in of a list of jobs. A list needs no indentation below
// its key.
func scrapeCommand(s ScrapeSecret, from, to string) string {
	return fmt.Sprintf(`{
  echo scrape_configs:
  kubectl get secret %[1]s -n %[2]s -o go-template='{{index .data %[3]q | base64decode}}'
} | kubectl create secret generic %[4]s -n %[5]s --from-file=jobs.yaml=/dev/stdin --dry-run=client -o yaml |
  kubectl label --local -f - -o yaml kube-monitoring-stack.io/drop-in=scrape |
  kubectl apply --server-side -f -
`, s.From, from, s.Key, s.Name, to)
}
