package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestReceivePrintsOneLineForEachNotification(t *testing.T) {
	var out bytes.Buffer
	h := receive(&printed{out: &out})
	for _, c := range []struct {
		method, body string
		status       int
	}{
		{http.MethodGet, "", http.StatusOK},
		{http.MethodPost, "{\n  \"status\": \"firing\"\n}", http.StatusOK},
		{http.MethodPost, "status: firing", http.StatusBadRequest},
		{http.MethodPost, `"` + strings.Repeat("x", maxNotification) + `"`, http.StatusBadRequest},
		{http.MethodPost, `{"status":"resolved"}`, http.StatusOK},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, "/", strings.NewReader(c.body)))
		if w.Code != c.status {
			t.Errorf("%s of %d bytes: status %d, want %d", c.method, len(c.body), w.Code, c.status)
		}
	}
	if want := "{\"status\":\"firing\"}\n{\"status\":\"resolved\"}\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}
