package dashboards

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// set is a Source in memory that counts reads.
type set struct {
	items []dropin.ManifestItem
	files map[string]string
	reads int
}

func (s *set) Items() []dropin.ManifestItem { return s.items }

func (s *set) Read(it dropin.ManifestItem) ([]byte, error) {
	s.reads++
	text, ok := s.files[it.File]
	if !ok {
		return nil, errors.New("the disk says no")
	}
	return []byte(text), nil
}

func (s *set) add(namespace, key, text string, created time.Time) {
	file := "dashboard/" + namespace + "_boards_" + key
	s.items = append(s.items, dropin.ManifestItem{
		Ref: dropin.Ref{Namespace: namespace, Name: "boards", Key: key}, Kind: dropin.KindDashboard,
		File: file, SHA256: "sum of " + text, Created: created, Folder: strings.ToUpper(namespace),
	})
	if s.files == nil {
		s.files = map[string]string{}
	}
	s.files[file] = text
}

func titles(list []Summary) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.Title)
	}
	return out
}

func TestListIsSortedAndLeavesOutOtherKinds(t *testing.T) {
	s := &set{items: []dropin.ManifestItem{{Kind: dropin.KindRules, File: "rules/x"}}}
	s.add("b", "z.json", `{"uid":"z","title":"Zebra","tags":["animal"],"panels":[{"type":"row","panels":[{},{}]},{"type":"stat"}]}`, time.Time{})
	s.add("b", "a.json", `{"uid":"a","title":"Ant"}`, time.Time{})
	s.add("a", "m.json", `{"uid":"m","title":"Mouse"}`, time.Time{})
	var x Index
	got := x.List(s)
	if want := []string{"Mouse", "Ant", "Zebra"}; !slices.Equal(titles(got), want) {
		t.Fatalf("got %q, want %q", titles(got), want)
	}
	zebra := got[2]
	if zebra.Panels != 3 || zebra.Folder != "B" || zebra.Ref.String() != "b/boards/z.json" || !slices.Equal(zebra.Tags, []string{"animal"}) {
		t.Errorf("got %+v", zebra)
	}
}

func TestListReadsAFileOnce(t *testing.T) {
	s := &set{}
	s.add("a", "a.json", `{"uid":"a"}`, time.Time{})
	s.add("a", "b.json", `{"uid":"b"}`, time.Time{})
	var x Index
	x.List(s)
	x.List(s)
	if s.reads != 2 {
		t.Errorf("%d reads of 2 files", s.reads)
	}
	s.add("a", "c.json", `{"uid":"c"}`, time.Time{})
	if x.List(s); s.reads != 3 {
		t.Errorf("%d reads after one more file", s.reads)
	}
}

func TestTheOldestKeepsAUID(t *testing.T) {
	s := &set{}
	s.add("new", "x.json", `{"uid":"same","title":"New"}`, time.Unix(200, 0))
	s.add("old", "x.json", `{"uid":"same","title":"Old"}`, time.Unix(100, 0))
	var x Index
	if got := titles(x.List(s)); !slices.Equal(got, []string{"Old"}) {
		t.Errorf("got %q", got)
	}
}

func TestWithoutAUIDTheRefGivesOne(t *testing.T) {
	s := &set{}
	s.add("a", "one.json", `{"title":"One"}`, time.Time{})
	s.add("a", "two.json", `{"title":"One"}`, time.Time{})
	var x Index
	got := x.List(s)
	if len(got) != 2 || got[0].UID == got[1].UID || !strings.HasPrefix(got[0].UID, "ref-") {
		t.Errorf("got %+v", got)
	}
}

func TestABrokenDashboardIsListedWithItsError(t *testing.T) {
	s := &set{}
	s.add("a", "bad.json", `{"title": nonsense`, time.Time{})
	s.add("a", "gone.json", `{}`, time.Time{})
	delete(s.files, "dashboard/a_boards_gone.json")
	s.add("a", "good.json", `{"uid":"good","title":"Good"}`, time.Time{})
	var x Index
	for _, got := range x.List(s) {
		if (got.Title == "Good") != (got.Error == "") {
			t.Errorf("%s: error %q", got.Title, got.Error)
		}
	}
}

func handlerOf(src Source) http.Handler {
	return Handler(func() Source { return src }, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

func ask(t *testing.T, h http.Handler, path string) (int, map[string]json.RawMessage) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	var body map[string]json.RawMessage
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%s: %v in %s", path, err, w.Body)
	}
	return w.Code, body
}

func TestHandler(t *testing.T) {
	s := &set{}
	s.add("a", "a.json", `{"uid":"a b","title":"A","panels":[]}`, time.Time{})
	h := handlerOf(s)

	if code, body := ask(t, h, Path); code != 200 || !strings.Contains(string(body["data"]), `"uid":"a b"`) {
		t.Errorf("the list: %d %s", code, body)
	}
	if code, body := ask(t, h, "/prefix"+Path+"/a%20b"); code != 200 || !strings.Contains(string(body["data"]), `"dashboard":{"uid":"a b","title":"A","panels":[]}`) {
		t.Errorf("one: %d %s", code, body)
	}
	if code, body := ask(t, h, Path+"/none"); code != 404 || string(body["errorType"]) != `"not_found"` {
		t.Errorf("none: %d %s", code, body)
	}
	if code, body := ask(t, handlerOf(nil), Path); code != 200 || string(body["data"]) != "[]" {
		t.Errorf("without a generation: %d %s", code, body)
	}
	s.files["dashboard/a_boards_a.json"] = "no JSON any more"
	if code, _ := ask(t, h, Path+"/a%20b"); code != 500 {
		t.Errorf("a file that went bad: %d, want 500", code)
	}
}
