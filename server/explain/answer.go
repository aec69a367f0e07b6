package explain

import (
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Outcome is what becomes of an object, or of one target of it, in a job.
type Outcome string

// All outcomes.
const (
	// IsScraped is also what is scraped without success.
	IsScraped Outcome = "scraped"
	// IsDropped is what the job has found and does not scrape.
	IsDropped Outcome = "dropped"
	// NotSelected is what the job's discovery does not hand it.
	NotSelected Outcome = "not-selected"
)

// Cause says why the outcome is what it is. The later in the list, the nearer
// to being scraped.
type Cause string

// All causes.
const (
	// Unseen: the job's discovery does not look for such objects, or has
	// found no target of it.
	Unseen Cause = "unseen"
	// Foreign: the job's discovery is confined to other namespaces.
	Foreign Cause = "foreign-namespace"
	// Unrouted: a leading keep rule can never match, so the job was not even
	// handed the target.
	Unrouted Cause = "unrouted"
	// Dropped: a step of relabeling drops it.
	Dropped Cause = "relabeling"
	// Invalid: relabeling keeps it, but it is no target, for want of an address say.
	Invalid Cause = "invalid"
	// Pending: it is a target that is not taken over by the scrape manager yet.
	Pending Cause = "pending"
	// Duplicate: another target of the job is the same after relabeling, and
	// is scraped for both.
	Duplicate Cause = "duplicate"
	// Failing: it is scraped, without success.
	Failing Cause = "failing"
	// Scraped: it is scraped.
	Scraped Cause = "scraped"
)

// Outcome is what a cause comes to.
func (c Cause) Outcome() Outcome {
	switch c {
	case Unseen, Foreign, Unrouted:
		return NotSelected
	case Dropped, Invalid, Pending:
		return IsDropped
	}
	return IsScraped
}

// Answer is what happens to an object, and why.
type Answer struct {
	// Target is what was asked for.
	Target string `json:"target"`
	Object Object `json:"object"`
	// Exists says whether the object was seen, by a watch or as a target.
	Exists bool `json:"exists"`
	// Scraped says whether some job scrapes it, be it without success.
	Scraped bool `json:"scraped"`
	// Summary is the answer in one sentence, and Remedy what to do about it.
	Summary string `json:"summary"`
	Remedy  string `json:"remedy,omitempty"`
	// Remarks are facts about the object that matter for every job.
	Remarks []string `json:"remarks,omitempty"`
	// Jobs that have to do with it, the nearest to scraping it first.
	Jobs []JobVerdict `json:"jobs"`
	// Considered is how many jobs were looked at, Excluded those of them that
	// could never match. They are listed only on request.
	Considered int      `json:"considered"`
	Excluded   Excluded `json:"excluded"`
}

// Excluded counts jobs by why they could never match.
type Excluded struct {
	Unseen   int `json:"unseen"`
	Foreign  int `json:"foreignNamespace"`
	Unrouted int `json:"unrouted"`
}

// JobVerdict is what one job does with the object. That of the object's target
// which comes nearest to being scraped counts for all of them.
type JobVerdict struct {
	// ScrapePool is the job's internal name.
	ScrapePool string      `json:"scrapePool"`
	DropIn     *dropin.Ref `json:"dropIn,omitempty"`
	TargetVerdict
	// Others are the object's other targets, the nearest first.
	Others []TargetVerdict `json:"others,omitempty"`
}

// TargetVerdict is the way of one discovered target. Its first three fields are
// empty if discovery has found none.
type TargetVerdict struct {
	// Source names the group it came in, such as pod/team/api-0.
	Source           string         `json:"source,omitempty"`
	Address          string         `json:"address,omitempty"`
	DiscoveredLabels *labels.Labels `json:"discoveredLabels,omitempty"`

	Outcome Outcome `json:"outcome"`
	Cause   Cause   `json:"cause"`
	// Reason is a sentence without its subject, the job.
	Reason string `json:"reason"`
	Remedy string `json:"remedy,omitempty"`
	// Drop is the step that dropped it; Steps are all up to that, if asked for.
	Drop  *Step  `json:"drop,omitempty"`
	Steps []Step `json:"steps,omitempty"`

	// What follows is of targets that relabeling keeps.
	Labels     *labels.Labels `json:"labels,omitempty"`
	ScrapeURL  string         `json:"scrapeUrl,omitempty"`
	Health     string         `json:"health,omitempty"`
	LastError  string         `json:"lastError,omitempty"`
	LastScrape *time.Time     `json:"lastScrape,omitempty"`

	final labels.Labels // Labels with those that are not public
	score score
}

// Step is one relabel rule and what it did.
type Step struct {
	// Number counts the author's rules from 1. The rule that comes first in a
	// drop-in's job and sets the job label back is 0.
	Number int             `json:"number"`
	Rule   *relabel.Config `json:"rule"`
	// Sources are the rule's source labels with their values before it.
	Sources []Value `json:"sources,omitempty"`
	// Output are the labels after it, if asked for.
	Output *labels.Labels `json:"output,omitempty"`
	Keep   bool           `json:"keep"`
}

// Value is a label with its value, empty if it is not set.
type Value struct {
	Label string `json:"label"`
	Value string `json:"value"`
}
