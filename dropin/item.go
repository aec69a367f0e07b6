package dropin

import "time"

// Item is one drop-in as its author wrote it: one data key of a labeled ConfigMap.
type Item struct {
	Ref  Ref
	Kind Kind
	// Data is the key's value, decompressed.
	Data []byte
	// Created is the ConfigMap's creation time: the older drop-in keeps a
	// contested name. Zero where there is none, as in a CI check.
	Created time.Time
	// Version is the ConfigMap's resourceVersion: provenance only.
	Version string
	// Folder is the dashboard folder annotation, empty for other kinds.
	Folder string
	// Confidential says that the data holds values of Secrets, which no problem may
	// quote.
	Confidential bool
}

// Policy is what the platform team allows drop-ins to do.
type Policy struct {
	// Trusted lists the namespaces whose drop-ins may name files on the server,
	// use its service account token and discover objects of every namespace.
	// The release namespace is among them.
	Trusted []string
	// MaxBytes limits one drop-in's size; 0 means no limit.
	MaxBytes int
	// Limits bound what each namespace that is not trusted may have together.
	Limits Limits
	// EnforceNamespace makes drop-ins of a namespace that is not trusted see and
	// make series of their own namespace only, by the label "namespace".
	EnforceNamespace bool
	// SampleLabels are labels for every target, and so for every sample, such as
	// the cluster's name. What a job says of them holds, unless EnforceNamespace
	// is set and its namespace is not trusted.
	SampleLabels map[string]string
	// Alertmanager is what fragments are merged into. Nil means that it is not
	// known: then whatever some base would make right is taken.
	Alertmanager *AlertmanagerBase
	// Reserved are names that something else than a drop-in has, such as the
	// chart's own datasources. They are taken before all others.
	Reserved []Claim
}

// Checked is an Item after it was looked at alone: either its final bytes or
// its problems. It holds what [Assemble] needs, so that assembling thousands
// of items parses none of them again.
type Checked struct {
	Ref     Ref
	Kind    Kind
	Created time.Time
	Version string
	// Folder is the dashboard's folder, empty for other kinds.
	Folder string
	// Source is the hex SHA-256 of Item.Data.
	Source string
	// Published are the final bytes for the server; nil if there are problems.
	Published []byte
	// SHA256 is the hex digest of Published.
	SHA256 string
	// Jobs and Rules are how many scrape jobs and rules it holds. Of a version that
	// was restored they are not known, and count as none.
	Jobs, Rules int
	// Claims are the names that no two drop-ins may have.
	Claims []Claim
	// Confidential says that the bytes hold values of Secrets.
	Confidential bool
	// Stale says that these are the last good bytes of a drop-in whose newest edit was refused.
	Stale bool
	// Problems found in the item alone. Not empty means it must not be published.
	Problems []Problem
}

// OK says whether the item may be assembled.
func (c Checked) OK() bool { return len(c.Problems) == 0 }

// Claim is a name, such as a dashboard's uid, that only one drop-in may have.
// The oldest drop-in that claims it has it.
type Claim struct {
	// Code is that of the problem if another drop-in has the name.
	Code Code
	Name string
	Line int
}
