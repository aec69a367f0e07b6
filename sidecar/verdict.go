package sidecar

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Verdict is what the owner of one object should know.
type Verdict struct {
	Key        Key
	APIVersion string
	UID        types.UID
	Version    string
	// Generation is that of the object as it was judged.
	Generation int64
	// Problems are all that speak against the object as it is now. None means
	// that everything in it is in use.
	Problems []dropin.Problem
	// Mended says that there are no problems and that its owner was told of some
	// before.
	Mended bool
	// Reminder says that the same was told before and still holds: API servers
	// forget Events.
	Reminder bool
	// LastGood says that an earlier version of some of its drop-ins stays in use.
	LastGood bool
}

// Message says everything in one text that fits into an Event.
func (v Verdict) Message() string {
	if len(v.Problems) == 0 {
		return "Every drop-in of it is in use."
	}
	return refusalMessage(v)
}

// Reporter tells verdicts to somebody. It is called once for each distinct set
// of problems of an object, now and then to remind of them, and for kinds that count their generations once for
// each of these as well.
type Reporter interface {
	// Report must not block.
	Report(Verdict)
}

// told is what the owner of an object was last told.
type told struct {
	// problems, as text.
	problems   string
	generation int64
}

// verdicts returns what has to be told now and was not yet.
func (s *store) verdicts(at time.Time) []Verdict {
	var out []Verdict
	for key, obj := range s.objects {
		v := Verdict{Key: key, APIVersion: obj.apiVersion, UID: obj.uid, Version: obj.version, Generation: obj.generation}
		active := true
		for _, ref := range obj.refs {
			r := s.records[ref]
			v.Problems = append(v.Problems, r.problems()...)
			v.LastGood = v.LastGood || r.state == StateStale
			active = active && r.state == StateActive
		}
		slices.SortStableFunc(v.Problems, func(a, b dropin.Problem) int { return a.Ref.Compare(b.Ref) })
		now := told{problems: fingerprint(v.Problems), generation: obj.generation}
		// Good again is told when the reader has confirmed it and not before.
		v.Reminder = now == obj.told && now.problems != "" && at.Sub(obj.toldAt) >= s.remindAfter
		if now == obj.told && !v.Reminder || now.problems == "" && !active {
			continue
		}
		v.Mended = now.problems == "" && obj.told.problems != ""
		obj.told, obj.toldAt = now, at
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b Verdict) int {
		return cmp.Or(strings.Compare(a.Key.String(), b.Key.String()), strings.Compare(a.Key.Kind, b.Key.Kind))
	})
	return out
}

func fingerprint(problems []dropin.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.String())
		b.WriteByte('\n')
	}
	return b.String()
}
