package main

import (
	"github.com/alecthomas/kingpin/v2"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// What is done with the label namespace.
const (
	labelOfAuthor = "author"
	labelEnforced = "enforce"
)

// tenancyFlags bound what namespaces may do that are not trusted.
type tenancyFlags struct {
	namespaceLabel string
	limits         dropin.Limits
}

func (f *tenancyFlags) add(app *kingpin.Application) {
	app.Flag("namespace-label", "author: jobs and rules label as they like. enforce: jobs and rules of namespaces that are not trusted make and see series with the label namespace of their own only.").
		Default(labelOfAuthor).EnumVar(&f.namespaceLabel, labelOfAuthor, labelEnforced)
	limit := func(name, what string, to *int) {
		app.Flag("limit."+name, "Most "+what+" of one namespace that is not trusted. 0: no limit.").Default("0").IntVar(to)
	}
	limit("drop-ins", "drop-ins", &f.limits.DropIns)
	limit("bytes", "bytes of drop-ins together, as published,", &f.limits.Bytes)
	limit("jobs", "scrape jobs", &f.limits.Jobs)
	limit("rules", "rules", &f.limits.Rules)
}
