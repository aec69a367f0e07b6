package grafana

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	yamlv2 "go.yaml.in/yaml/v2"
)

// standIn answers as Grafana's documented API does, and provisions as Grafana does:
// one wrong datasource file and none is read, two dashboards of one uid, or of one
// title in one folder, and no dashboard is saved. It is not Grafana.
type standIn struct {
	provisioning string

	mu          sync.Mutex                // guards all below
	datasources map[string]*standInSource // by organization and name
	dashboards  map[string]*standInBoard  // by uid
	reloads     map[string]int
	// broken is how many of the next reloads fail as a busy database does.
	broken int
	// unsaved is a uid that it cannot save.
	unsaved string
}

type standInSource struct {
	Name, UID string
	OrgID     int  `yaml:"orgId"`
	IsDefault bool `yaml:"isDefault"`
	prunable  bool
}

type standInBoard struct{ title, folder, file string }

func newStandIn(provisioning string) *standIn {
	return &standIn{provisioning: provisioning, datasources: map[string]*standInSource{}, dashboards: map[string]*standInBoard{}, reloads: map[string]int{}}
}

func (g *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if user, password, _ := r.BasicAuth(); user != "admin" || password != "secret" {
		g.answer(w, http.StatusUnauthorized, map[string]any{"message": "Invalid username or password"})
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/grafana/api/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case r.Method == http.MethodPost && strings.HasPrefix(path, "admin/provisioning/"):
		kind := strings.Split(path, "/")[2]
		g.reloads[kind]++
		err := map[string]func() error{"datasources": g.readDatasources, "dashboards": g.readDashboards}[kind]()
		if g.broken > 0 {
			g.broken--
			err = errors.New("database is locked")
		}
		if err != nil {
			g.answer(w, http.StatusInternalServerError, map[string]any{"message": err.Error()})
			return
		}
		g.answer(w, http.StatusOK, map[string]any{"message": "reloaded"})
	case strings.HasPrefix(path, "dashboards/uid/"):
		d := g.dashboards[last]
		if d == nil {
			g.answer(w, http.StatusNotFound, map[string]any{"message": "Dashboard not found"})
			return
		}
		g.answer(w, http.StatusOK, map[string]any{"dashboard": map[string]any{"uid": last, "title": d.title}, "meta": map[string]any{"provisioned": true, "folderTitle": d.folder}})
	case path == "search":
		hits := []map[string]any{}
		for uid, d := range g.dashboards {
			hits = append(hits, map[string]any{"uid": uid, "title": d.title})
		}
		g.answer(w, http.StatusOK, hits)
	case strings.HasPrefix(path, "datasources/"):
		org := r.Header.Get("X-Grafana-Org-Id")
		for key, ds := range g.datasources {
			if strings.HasPrefix(key, org+" ") && (path == "datasources/name/"+ds.Name || path == "datasources/uid/"+ds.UID) {
				g.answer(w, http.StatusOK, map[string]any{"name": ds.Name, "uid": ds.UID})
				return
			}
		}
		g.answer(w, http.StatusNotFound, map[string]any{"message": "Data source not found"})
	default:
		http.NotFound(w, r)
	}
}

func (g *standIn) answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client going away is the test's end
}

func (g *standIn) readDatasources() error {
	type file struct {
		Datasources []*standInSource
		Delete      []*standInSource `yaml:"deleteDatasources"`
		Prune       bool
	}
	names, err := filepath.Glob(filepath.Join(g.provisioning, "datasources", "*.yaml"))
	if err != nil {
		return err
	}
	var files []file
	defaults, will := map[int]int{}, map[string]bool{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var f file
		if err := yamlv2.Unmarshal(raw, &f); err != nil {
			return err
		}
		for _, ds := range f.Datasources {
			ds.OrgID = max(ds.OrgID, 1)
			ds.prunable = f.Prune
			will[ds.key()] = true
			if ds.IsDefault {
				defaults[ds.OrgID]++
			}
		}
		files = append(files, f)
	}
	for _, n := range defaults {
		if n > 1 {
			return errors.New("datasource.yaml config is invalid. Only one datasource per organization can be marked as default")
		}
	}
	for key, ds := range g.datasources {
		if ds.prunable && !will[key] {
			delete(g.datasources, key)
		}
	}
	for _, f := range files {
		for _, ds := range f.Delete {
			ds.OrgID = max(ds.OrgID, 1)
			delete(g.datasources, ds.key())
		}
		for _, ds := range f.Datasources {
			g.datasources[ds.key()] = ds
		}
	}
	return nil
}

func (ds *standInSource) key() string { return string(rune('0'+ds.OrgID)) + " " + ds.Name }

func (g *standIn) readDashboards() error {
	names, err := filepath.Glob(filepath.Join(g.provisioning, "dashboards", "*.yaml"))
	if err != nil {
		return err
	}
	found := map[string]*standInBoard{}
	uses := map[string]int{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var f struct {
			Providers []struct {
				Options struct{ Path string }
			}
		}
		if err := yamlv2.Unmarshal(raw, &f); err != nil {
			return err
		}
		for _, p := range f.Providers {
			if err := walkBoards(p.Options.Path, found, uses); err != nil {
				return err
			}
		}
	}
	for uid, d := range g.dashboards {
		if _, err := os.Stat(d.file); err != nil {
			delete(g.dashboards, uid)
		}
	}
	for _, n := range uses {
		if n > 1 {
			return nil // no database write permissions because of duplicates
		}
	}
	for uid, d := range found {
		if uid != g.unsaved {
			g.dashboards[uid] = d
		}
	}
	return nil
}

func walkBoards(root string, found map[string]*standInBoard, uses map[string]int) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var d struct{ UID, Title string }
		if err := json.Unmarshal(raw, &d); err != nil {
			return err
		}
		folder := ""
		if filepath.Dir(path) != root {
			folder = filepath.Base(filepath.Dir(path))
		}
		uses["uid "+d.UID]++
		uses["title "+d.Title+" in "+folder]++
		found[d.UID] = &standInBoard{title: d.Title, folder: folder, file: path}
		return nil
	})
}
