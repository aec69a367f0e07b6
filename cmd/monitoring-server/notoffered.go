package main

import (
	"fmt"

	"github.com/alecthomas/kingpin/v2"
)

// reasons are why some of Prometheus' flags are not offered.
func reasons() map[string]string {
	return map[string]string{
		"web.console.templates": "console templates are not served; use Grafana dashboards",
		"web.console.libraries": "console templates are not served; use Grafana dashboards",
		"write-documentation":   "it generates Prometheus' own manual; see docs/server-flags.md",
	}
}

// notOffered declares these flags so that giving one is an error that says why,
// instead of an unknown flag.
func notOffered(app *kingpin.Application) {
	for name, why := range reasons() {
		app.Flag(name, "Not offered: "+why+".").Hidden().PreAction(func(*kingpin.ParseContext) error {
			return fmt.Errorf("--%s is not offered: %s", name, why)
		}).String()
	}
}

func isNotOffered(name string) bool {
	_, ok := reasons()[name]
	return ok
}
