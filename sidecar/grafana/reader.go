package grafana

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// enough is how many times in a row Grafana must fail at one set before the set is
// blamed. Its answer for a file that it cannot use is the one for a database that
// is busy.
const enough = 3

// reader is Grafana as a [sidecar.Reloader].
type reader struct {
	basePath  string
	layout    layout
	mirror    mirror
	neighbour neighbour
	// taken is what Grafana confirmed last.
	taken *dropin.Bundle
	// pending are the kinds that Grafana has to read again: dashboards, datasources.
	pending map[string]bool
	// have are the confirmed contents, by the name of what has them.
	have map[string]content
	// gone had been there and is not wanted any more.
	gone map[string]content
	// strikes counts how often Grafana failed at the set of that digest.
	strikes int
	struck  string
}

func newReader(opts Options) *reader {
	return &reader{
		basePath: opts.Base,
		layout:   layout{root: opts.Published},
		mirror:   mirror{root: opts.Published},
		neighbour: neighbour{
			url: opts.URL, client: opts.Client, userFile: opts.UserFile, passwordFile: opts.PasswordFile,
		},
		pending: map[string]bool{dashboardsDir: true, datasourcesDir: true},
		have:    map[string]content{},
		gone:    map[string]content{},
	}
}

// Reload implements [sidecar.Reloader].
func (r *reader) Reload(ctx context.Context, b *dropin.Bundle) (string, error) {
	own, err := readBase(r.basePath)
	if err != nil {
		return "", err
	}
	if refused := conflicts(b, own); refused != nil {
		return "", refused
	}
	want, err := contentsOf(b)
	if err != nil {
		return "", err
	}
	r.forget(want, own)
	if err := r.write(b, own); err != nil {
		return "", err
	}
	idle := len(r.pending) == 0
	missing, err := r.bring(ctx, want)
	if err == nil && idle && len(missing) > 0 {
		// Somebody else took it away: Grafana's database is new, or a person deleted it.
		missing, err = r.bring(ctx, want)
	}
	if err != nil {
		return "", r.strike(b.Digest(), err, nil, own)
	}
	if len(missing) > 0 {
		return "", r.strike(b.Digest(), fmt.Errorf("Grafana does not have what it was to have: %s", names(missing)), missing, own)
	}
	r.taken, r.strikes = b, 0
	if len(r.gone) > 0 {
		r.gone = map[string]content{}
		// Nobody waits for this file to go; it says nothing any more.
		if err := r.write(b, own); err != nil {
			return "", err
		}
		clear(r.pending)
	}
	return b.Digest(), nil
}

// write brings the files up to date and notes what Grafana has to read because of it.
func (r *reader) write(b *dropin.Bundle, own base) error {
	var gone []dropin.Datasource
	for _, name := range sorted(r.gone) {
		if ds := r.gone[name].datasource; ds != nil {
			gone = append(gone, *ds)
		}
	}
	files, err := r.layout.files(b, own, gone)
	if err != nil {
		return err
	}
	changed, err := r.mirror.write(files)
	if err != nil {
		return fmt.Errorf("write Grafana's files: %w", err)
	}
	for _, file := range changed {
		if strings.HasPrefix(file, path.Join(provisioningDir, datasourcesDir)+"/") {
			r.pending[datasourcesDir] = true
		} else {
			r.pending[dashboardsDir] = true
		}
	}
	return nil
}

// forget notes what was there and is not wanted any more.
func (r *reader) forget(want map[string]content, own base) {
	kept := map[string]bool{}
	for _, c := range own.claims {
		kept[c.Name] = true
	}
	for name, c := range r.have {
		if _, wanted := want[name]; !wanted {
			delete(r.have, name)
			if ds := c.datasource; ds == nil || !kept["name "+ds.Name+" in organization "+ds.Organization] {
				r.gone[name] = c
			}
		}
	}
	for name := range want {
		delete(r.gone, name)
	}
}

// bring has Grafana read what changed and returns what it does not have then, or
// still has.
func (r *reader) bring(ctx context.Context, want map[string]content) ([]content, error) {
	// Dashboards may use the datasources.
	for _, kind := range []string{datasourcesDir, dashboardsDir} {
		if !r.pending[kind] {
			continue
		}
		if err := r.neighbour.reload(ctx, kind); err != nil {
			return nil, err
		}
		delete(r.pending, kind)
	}
	return r.confirm(ctx, want)
}

// strike is what a failure means: something to try again, or, if Grafana has said
// so often enough, a refusal. Then the files go back, for a Grafana that starts now.
func (r *reader) strike(digest string, err error, missing []content, own base) error {
	answer, answered := errors.AsType[*answerError](err)
	if !answered && len(missing) == 0 || answered && (answer.status == http.StatusUnauthorized || answer.status == http.StatusForbidden) {
		return err
	}
	if r.struck != digest {
		r.struck, r.strikes = digest, 0
	}
	if r.strikes++; r.strikes < enough {
		return err
	}
	r.strikes = 0
	refused := &sidecar.Refused{Digest: digest, Reason: err.Error()}
	for _, c := range missing {
		if c.ref != (dropin.Ref{}) {
			refused.Items = append(refused.Items, sidecar.RefusedItem{Ref: c.ref, Reason: "Grafana does not have it after it was to read it, three times"})
		}
	}
	if len(refused.Items) == 0 && r.taken != nil {
		refused.Running = r.taken.Digest()
	}
	if r.taken == nil {
		return refused
	}
	if back := r.write(r.taken, own); back != nil {
		return errors.Join(err, back)
	}
	return refused
}

// conflicts finds datasources with names that the base has. It looks each time,
// since the base may be another one than when they were checked.
func conflicts(b *dropin.Bundle, own base) *sidecar.Refused {
	taken := map[string]bool{}
	for _, c := range own.claims {
		taken[c.Name] = true
	}
	refused := &sidecar.Refused{Digest: b.Digest(), Reason: "names are taken by Grafana's own datasources"}
	items := b.Manifest().Items
	i := -1
	for _, data := range b.Files() {
		i++
		if items[i].Kind != dropin.KindDatasource {
			continue
		}
		_, claims, err := dropin.ReadDatasources(data)
		if err != nil {
			continue // it was checked, and says so when its contents are read
		}
		for _, c := range claims {
			if taken[c.Name] {
				refused.Items = append(refused.Items, sidecar.RefusedItem{Ref: items[i].Ref, Reason: c.Name + " is already taken by the stack itself"})
				break
			}
		}
	}
	if len(refused.Items) == 0 {
		return nil
	}
	return refused
}
