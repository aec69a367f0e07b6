package sidecar

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Verdict is what the owner of one object should know.
type Verdict struct {
	Key     Key
	UID     types.UID
	Version string
	// Problems are all that speak against the object as it is now. None means
	// that it was refused before and now everything in it is in use.
	Problems []dropin.Problem
	// LastGood says that an earlier version of some of its drop-ins stays in use.
	LastGood bool
}

// Reporter tells verdicts to somebody. It is called once for each distinct set
// of problems of an object.
type Reporter interface {
	// Report must not block.
	Report(Verdict)
}

// told is what the owner of an object was last told: the problems, as text.
type told string

// verdicts returns what has to be told now and was not yet.
func (s *store) verdicts() []Verdict {
	var out []Verdict
	for key, obj := range s.objects {
		v := Verdict{Key: key, UID: obj.uid, Version: obj.version}
		active := true
		for _, ref := range obj.refs {
			r := s.records[ref]
			v.Problems = append(v.Problems, r.problems()...)
			v.LastGood = v.LastGood || r.state == StateStale
			active = active && r.state == StateActive
		}
		slices.SortStableFunc(v.Problems, func(a, b dropin.Problem) int { return a.Ref.Compare(b.Ref) })
		now := fingerprint(v.Problems)
		// Good again is told when the reader has confirmed it and not before.
		if now == obj.told || now == "" && !active {
			continue
		}
		obj.told = now
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b Verdict) int {
		return strings.Compare(a.Key.String(), b.Key.String())
	})
	return out
}

func fingerprint(problems []dropin.Problem) told {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.String())
		b.WriteByte('\n')
	}
	return told(b.String())
}
