package main

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"
)

func TestParse_NotOffered(t *testing.T) {
	for name, why := range reasons() {
		_, err := parse([]string{"--" + name + "=x"}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "--"+name+" is not offered: "+why) {
			t.Errorf("--%s: %v", name, err)
		}
	}
}

// TestParse_EveryFlagIsUsed gives each flag a value that is not its default, and
// sees that something in what is parsed is different.
func TestParse_EveryFlagIsUsed(t *testing.T) {
	app, _ := newApp(io.Discard)
	for _, f := range app.Model().Flags {
		if isNotOffered(f.Name) || kingpin.New("", "").Version("").GetFlag(f.Name) != nil {
			continue
		}
		mode := "--no-agent"
		if strings.HasPrefix(f.Name, "storage.agent.") {
			mode = "--agent"
		}
		if f.Name == "agent" {
			mode = "--log.level=info"
		}
		plain, err := parse([]string{mode}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		arg := otherValue(f)
		changed, err := parse([]string{mode, arg}, io.Discard)
		if err != nil {
			t.Errorf("%s: %v", arg, err)
			continue
		}
		if reflect.DeepEqual(comparable(plain), comparable(changed)) {
			t.Errorf("%s changes nothing", arg)
		}
	}
}

// comparable leaves out what shows flags and what cannot be compared.
func comparable(c *command) string {
	o := c.options
	o.Flags, o.Registerer, o.Gatherer, o.Logger, o.LogLevel = nil, nil, nil, nil, nil
	alertmanager := fmt.Sprint(o.Web.AlertmanagerURL)
	external, origin := o.Web.ExternalURL.String(), o.Web.CORSOrigin.String()
	o.Web.ExternalURL, o.Web.CORSOrigin, o.Web.AlertmanagerURL = nil, nil, nil
	return fmt.Sprintf("%+v %+v %v %v %v %v", o, c.limits, c.log.Level, c.log.Format, external+origin, alertmanager)
}

// otherValue is an argument that gives a flag another value than it has.
func otherValue(f *kingpin.FlagModel) string {
	if f.IsBoolFlag() {
		if slices.Equal(f.Default, []string{"true"}) {
			return "--no-" + f.Name
		}
		return "--" + f.Name
	}
	value := map[string]string{
		"enable-feature":             "exemplar-storage",
		"log.level":                  "debug",
		"log.format":                 "json",
		"auto-gomemlimit.ratio":      "0.5",
		"guard.series-budget":        "77",
		"web.external-url":           "http://elsewhere.example/",
		"web.alertmanager-url":       "http://alerts.example/",
		"web.listen-address":         ":7777",
		"scrape.timestamp-tolerance": "7ms",
		"web.remote-write-receiver.accepted-protobuf-messages": "io.prometheus.write.v2.Request",
		"storage.tsdb.wal-compression-type":                    "zstd",
		"storage.agent.wal-compression-type":                   "zstd",
	}[f.Name]
	if value == "" {
		// Numbers, durations, sizes and texts, whichever it is.
		for _, v := range []string{"77", "77s", "77MB"} {
			value = v
			if accepts(f.Name, v) {
				break
			}
		}
	}
	return "--" + f.Name + "=" + value
}

// accepts says whether a flag can have a value.
func accepts(name, value string) bool {
	app, _ := newApp(io.Discard)
	return app.GetFlag(name).Model().Value.Set(value) == nil
}
