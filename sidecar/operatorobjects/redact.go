package operatorobjects

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// withoutValues returns the problems without the messages in which the library
// quotes a value of a Secret, as it does with an address that does not parse.
func withoutValues(problems []dropin.Problem, refs []Reference, lookup Lookup) []dropin.Problem {
	if len(problems) == 0 {
		return problems
	}
	var values []string
	for _, ref := range refs {
		if ref.Kind != "Secret" {
			continue
		}
		s, err := lookup.Secret(ref.Namespace, ref.Name)
		if err != nil {
			// It was found a moment ago. What is in it now is not known, and neither
			// is whether the messages hold it.
			values = append(values, "")
			continue
		}
		for _, v := range s.Data {
			values = append(values, forms(string(v))...)
		}
	}
	out := slices.Clone(problems)
	for i := range out {
		if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(out[i].Message, v) }) {
			out[i].Message = "the operator's check refuses it; why is not quoted, because the value of a Secret is in it"
		}
	}
	return out
}

// forms are the ways in which a value may stand in a message.
func forms(value string) []string {
	value = strings.TrimSpace(value)
	if value == "" {
		return nil
	}
	quoted := strconv.Quote(value)
	return []string{value, quoted[1 : len(quoted)-1], url.QueryEscape(value), url.PathEscape(value)}
}
