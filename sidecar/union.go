package sidecar

import (
	"context"
	"sync"
)

// Union is several sources of one kind of object as one. A label selector cannot
// say "this label or that one", so each has a source of its own, and an object may
// be in more than one, or go from one to another when its labels change. It is gone
// when it is in none.
type Union struct {
	members []Source

	mu sync.Mutex // guards all below, and that one member delivers at a time
	// has is, by object, in which members it is.
	has    map[Key]map[int]bool
	synced []bool
}

// NewUnion returns a source of what members deliver. They must have the same kind
// and namespace.
func NewUnion(members ...Source) *Union {
	return &Union{members: members, has: map[Key]map[int]bool{}, synced: make([]bool, len(members))}
}

// Run implements [Source].
func (u *Union) Run(ctx context.Context, deliver func(Event)) {
	var wg sync.WaitGroup
	for i, m := range u.members {
		wg.Go(func() { m.Run(ctx, func(ev Event) { u.pass(i, ev, deliver) }) })
	}
	wg.Wait()
}

// pass delivers what member i says, unless another one says otherwise.
func (u *Union) pass(i int, ev Event, deliver func(Event)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case ev.Denied != nil:
	case ev.Synced:
		u.synced[i] = true
		for _, ok := range u.synced {
			if !ok {
				return
			}
		}
	case ev.Object == nil:
		delete(u.has[ev.Key], i)
		if len(u.has[ev.Key]) > 0 {
			return
		}
		delete(u.has, ev.Key)
	default:
		if u.has[ev.Key] == nil {
			u.has[ev.Key] = map[int]bool{}
		}
		u.has[ev.Key][i] = true
	}
	deliver(ev)
}

// Status implements [Source]: that of the member which is worst off.
func (u *Union) Status() SourceStatus {
	out := u.members[0].Status()
	for _, m := range u.members[1:] {
		s := m.Status()
		out.Synced = out.Synced && s.Synced
		if s.LastSuccess.Before(out.LastSuccess) {
			out.LastSuccess = s.LastSuccess
		}
		if s.LastAttempt.Before(out.LastAttempt) {
			out.LastAttempt = s.LastAttempt
		}
		if out.Error == "" {
			out.Error = s.Error
		}
	}
	return out
}
