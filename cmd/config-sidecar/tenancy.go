package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

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
	sampleLabels   labelsFlag
}

func (f *tenancyFlags) add(app *kingpin.Application) {
	app.Flag("namespace-label", "author: jobs and rules label as they like. enforce: jobs and rules of namespaces that are not trusted make and see series with the label namespace of their own only.").
		Default(labelOfAuthor).EnumVar(&f.namespaceLabel, labelOfAuthor, labelEnforced)
	app.Flag("sample-label", "NAME=VALUE: give every target, and so all its samples, this label, for instance cluster=east-1. What a job or a target says itself holds, unless the namespace label is enforced. Repeat it for other labels.").
		SetValue(&f.sampleLabels)
	limit := func(name, what string, to *int) {
		app.Flag("limit."+name, "Most "+what+" of one namespace that is not trusted. 0: no limit.").Default("0").IntVar(to)
	}
	limit("drop-ins", "drop-ins", &f.limits.DropIns)
	limit("bytes", "bytes of drop-ins together, as published,", &f.limits.Bytes)
	limit("jobs", "scrape jobs", &f.limits.Jobs)
	limit("rules", "rules", &f.limits.Rules)
}

// labelsFlag is a repeatable flag NAME=VALUE.
type labelsFlag map[string]string

// IsCumulative tells kingpin that the flag may be repeated.
func (labelsFlag) IsCumulative() bool { return true }

func (l labelsFlag) String() string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(l)) {
		out = append(out, name+"="+l[name])
	}
	return strings.Join(out, ",")
}

func (l *labelsFlag) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	switch {
	case !ok || value == "":
		return fmt.Errorf("%q is not NAME=VALUE", text)
	case !model.LegacyValidation.IsValidLabelName(name) || strings.HasPrefix(name, model.ReservedLabelPrefix):
		return fmt.Errorf("%q is no name for a label: use letters, digits and underscores, not two of these in front", name)
	case !model.LabelValue(value).IsValid():
		return fmt.Errorf("the value of %s is not UTF-8", name)
	}
	if *l == nil {
		*l = labelsFlag{}
	}
	(*l)[name] = value
	return nil
}
