package explain

import (
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Outcome is how far an object, or one target of it, comes in a job. The later
// in the list, the nearer to being scraped.
type Outcome string

// All outcomes.
const (
	// Unseen: the job's discovery does not look for such objects, or has
	// found no target of it.
	Unseen Outcome = "unseen"
	// Foreign: the job's discovery is confined to other namespaces.
	Foreign Outcome = "foreign-namespace"
	// Unrouted: a leading keep rule can never match, so the job was not even
	// handed the target.
	Unrouted Outcome = "unrouted"
	// Dropped: a step of relabeling drops it.
	Dropped Outcome = "dropped"
	// Invalid: relabeling keeps it, but it is no target, for want of an address say.
	Invalid Outcome = "invalid"
	// Pending: it is a target that is not taken over by the scrape manager yet.
	Pending Outcome = "pending"
	// Duplicate: another target of the job is the same after relabeling, and
	// is scraped for both.
	Duplicate Outcome = "duplicate"
	// Failing: it is scraped, without success.
	Failing Outcome = "failing"
	// Scraped: it is scraped.
	Scraped Outcome = "scraped"
)

// Answer is what happens to an object, and why.
type Answer struct {
	Asked  string `json:"asked"`
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

// JobVerdict is what one job does with the object.
type JobVerdict struct {
	// Job is the internal name, the API's scrapePool.
	Job     string      `json:"job"`
	DropIn  *dropin.Ref `json:"dropIn,omitempty"`
	Outcome Outcome     `json:"outcome"`
	Reason  string      `json:"reason"`
	Remedy  string      `json:"remedy,omitempty"`
	// Targets of the object, the nearest to being scraped first.
	Targets []TargetVerdict `json:"targets,omitempty"`

	score score
}

// TargetVerdict is the way of one discovered target.
type TargetVerdict struct {
	// Source names the group it came in, such as pod/team/api-0.
	Source  string  `json:"source"`
	Address string  `json:"address"`
	Outcome Outcome `json:"outcome"`
	Reason  string  `json:"reason"`
	Remedy  string  `json:"remedy,omitempty"`
	// Drop is the step that dropped it.
	Drop *Step `json:"drop,omitempty"`
	// Discovered labels and all steps, if asked for.
	Discovered *labels.Labels `json:"discovered,omitempty"`
	Steps      []Step         `json:"steps,omitempty"`
	// What follows is of targets that relabeling keeps.
	Labels     *labels.Labels `json:"labels,omitempty"`
	ScrapeURL  string         `json:"scrapeUrl,omitempty"`
	Health     string         `json:"health,omitempty"`
	LastError  string         `json:"lastError,omitempty"`
	LastScrape *time.Time     `json:"lastScrape,omitempty"`

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
	// Changes are the labels that it set or removed.
	Changes []Change `json:"changes,omitempty"`
	Keep    bool     `json:"keep"`
}

// Value is a label with its value, empty if it is not set.
type Value struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Change is a label before and after a step, empty for not set.
type Change struct {
	Label  string `json:"label"`
	Before string `json:"before"`
	After  string `json:"after"`
}
