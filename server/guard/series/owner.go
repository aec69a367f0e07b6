package series

import (
	"strings"
	"sync"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// unattributed owns, until they are verified, the targets whose job label is
// not the name of a job.
const unattributed = "unattributed"

// ownerOf returns who owns a job: the drop-in, if the job's internal name
// begins with a Ref, or else the job itself, which is one of the base
// configuration.
func ownerOf(job string) (name string, ref dropin.Ref, ok bool) {
	p := strings.SplitN(job, "/", 4)
	if len(p) < 4 {
		return job, dropin.Ref{}, false
	}
	ref = dropin.Ref{Namespace: p[0], Name: p[1], Key: p[2]}
	return ref.String(), ref, true
}

// owner is a drop-in or a job of the base configuration, and what it costs.
type owner struct {
	name string
	ref  dropin.Ref
	// dropIn is false for jobs of the base configuration.
	dropIn bool
	limit  int64 // of active series, 0 for none

	mu sync.Mutex // guards what follows
	// sum of what the targets say of their last scrape.
	sum     count
	targets int
	// reserved are new series let in by scrapes that are not committed.
	reserved int64
	// inMemory are the series in the head.
	inMemory int64
	refused  uint64
}

// count is what one target, or all together, had in the last scrape.
type count struct {
	series  int64
	refused int64
	// rate in samples per second.
	rate float64
}

// admit reserves room for a new series. Many scrapes of one owner run at the
// same time, so what others have reserved counts.
func (o *owner) admit() bool {
	if o.limit == 0 {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sum.series+o.reserved >= o.limit || o.inMemory >= inMemory*o.limit {
		return false
	}
	o.reserved++
	return true
}

// settle ends a scrape: what it had reserved is now in the count of its target.
func (o *owner) settle(reserved, refused int64, old, now count) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.reserved -= reserved
	o.refused += uint64(refused)
	o.shift(old, now)
}

func (o *owner) shift(old, now count) {
	o.sum.series += now.series - old.series
	o.sum.refused += now.refused - old.refused
	o.sum.rate += now.rate - old.rate
	if o.sum.series == 0 {
		o.sum.rate = 0 // no rounding errors add up
	}
}

// remember counts series that came into memory, or left it.
func (o *owner) remember(n int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inMemory += n
}

// leave ends what [owners.hold] began, with what the target had in its last
// scrape.
func (o *owner) leave(c count) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.targets--
	o.shift(c, count{})
}

// take adds what a target, held before, had in its last scrape.
func (o *owner) take(c count) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.shift(count{}, c)
}

// owners are all that have or had targets.
type owners struct {
	limit func(dropin.Ref) int64

	mu     sync.Mutex // guards byName
	byName map[string]*owner
}

func newOwners(limit func(dropin.Ref) int64) *owners {
	return &owners{limit: limit, byName: map[string]*owner{}}
}

// hold returns the owner of a job and counts a target of it, so that it stays
// until the target leaves.
func (s *owners) hold(job string) *owner {
	name, ref, ok := ownerOf(job)
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.byName[name]
	if o == nil {
		o = &owner{name: name, ref: ref, dropIn: ok}
		if ok || name == unattributed {
			o.limit = s.limit(ref)
		}
		s.byName[name] = o
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.targets++
	return o
}

// all forgets those without targets and series, and returns the others.
func (s *owners) all() []*owner {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*owner, 0, len(s.byName))
	for name, o := range s.byName {
		o.mu.Lock()
		gone := o.targets == 0 && o.inMemory == 0 && o.reserved == 0
		o.mu.Unlock()
		if gone {
			delete(s.byName, name)
			continue
		}
		list = append(list, o)
	}
	return list
}
