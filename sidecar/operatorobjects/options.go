package operatorobjects

import (
	"log/slog"

	"k8s.io/apimachinery/pkg/labels"
)

// Options configure a [Converter].
type Options struct {
	// Logger gets what the operator's library has to say, at debug level: a
	// refusal is in the result, and what is merely deprecated is not worth a line.
	Logger *slog.Logger
	// Trusted lists the namespaces whose objects may name files on the server,
	// discover other namespaces and route every namespace's alerts.
	Trusted []string
	// ScrapeInterval is the server's global scrape_interval. A scrapeTimeout
	// without an interval of its own is held against it.
	ScrapeInterval string
	// AlertmanagerBase is the configuration that AlertmanagerConfigs are merged
	// into. Receivers may rely on what its global section sets.
	AlertmanagerBase []byte
	// Select says which objects are taken. A kind that is not in it is taken whole.
	Select map[Kind]Selector
}

// DefaultOptions take every object and trust nobody.
func DefaultOptions() Options {
	return Options{
		Logger:           slog.New(slog.DiscardHandler),
		ScrapeInterval:   "1m",
		AlertmanagerBase: []byte("route:\n  receiver: \"null\"\nreceivers:\n- name: \"null\"\n"),
	}
}

// Selector selects objects by their own labels and those of their namespace.
// What is nil selects everything.
type Selector struct {
	Objects    labels.Selector
	Namespaces labels.Selector
}

func (s Selector) matches(object, namespace map[string]string) bool {
	return (s.Objects == nil || s.Objects.Matches(labels.Set(object))) &&
		(s.Namespaces == nil || s.Namespaces.Matches(labels.Set(namespace)))
}
