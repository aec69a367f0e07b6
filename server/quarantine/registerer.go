package quarantine

import "github.com/prometheus/client_golang/prometheus"

// undoable remembers what was registered. A TSDB that fails to open leaves its
// metrics behind, and the next one would panic over them.
type undoable struct {
	prometheus.Registerer
	registered []prometheus.Collector
}

func (u *undoable) Register(c prometheus.Collector) error {
	err := u.Registerer.Register(c)
	if err == nil {
		u.registered = append(u.registered, c)
	}
	return err
}

func (u *undoable) MustRegister(cs ...prometheus.Collector) {
	for _, c := range cs {
		if err := u.Register(c); err != nil {
			panic(err)
		}
	}
}

func (u *undoable) undo() {
	for _, c := range u.registered {
		u.Unregister(c)
	}
}
