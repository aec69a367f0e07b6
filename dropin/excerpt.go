package dropin

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Excerpt are some lines of a drop-in as its author wrote them.
type Excerpt struct {
	// First is the 1-based number of the first line.
	First int      `json:"first"`
	Lines []string `json:"lines"`
}

const (
	linesAround = 2
	maxColumns  = 160
	hidden      = "<hidden>"
)

// WithExcerpts returns the problems, each with the lines around the one it is
// about. Whoever may see the status may see these lines, and these are more
// people than may read ConfigMaps, so there are none of what may hold
// passwords: items with values of Secrets, datasources and Alertmanager's
// receivers. In scrape jobs values are left out that are or may be secrets.
func (it Item) WithExcerpts(problems []Problem) []Problem {
	if it.Confidential || !slices.Contains([]Kind{KindRules, KindScrape, KindDashboard}, it.Kind) || !utf8.Valid(it.Data) {
		return problems
	}
	lines := bytes.Split(it.Data, []byte("\n"))
	out := slices.Clone(problems)
	for i := range out {
		if n := out[i].Line; n >= 1 && n <= len(lines) {
			out[i].Excerpt = it.excerpt(lines, n)
		}
	}
	return out
}

func (it Item) excerpt(lines [][]byte, line int) *Excerpt {
	first := max(1, line-linesAround)
	x := &Excerpt{First: first}
	for _, raw := range lines[first-1 : min(len(lines), line+linesAround)] {
		text := strings.TrimRight(string(raw), "\r")
		if it.Kind == KindScrape {
			text = withoutSecrets(text)
		}
		x.Lines = append(x.Lines, shortened(text))
	}
	return x
}

func shortened(s string) string {
	if utf8.RuneCountInString(s) <= maxColumns {
		return s
	}
	return string([]rune(s)[:maxColumns]) + "…"
}

var (
	// A line of YAML that is a key, with or without its value, a comment or empty. All
	// else may go on with a value that began further up, such as a private key.
	structure = regexp.MustCompile(`^\s*(#.*|(- *)*([\w.-]+|"[^"]*"|'[^']*')\s*:(\s.*)?|-|[\[\]{},\s]*)$`)
	// What Prometheus keeps secret has one of these in its key, and so have the
	// parameters and headers by which people send secrets.
	secretKey = regexp.MustCompile(`(?i)([\w.-]*(?:password|passwd|secret|token|credential|private|auth|api[_-]?key|access[_-]?key|^\s*key|[ {,]key|session|signature)[\w.-]*["']?\s*:\s*)\S.*$`)
	userInfo  = regexp.MustCompile(`://[^/@\s]+@`)
)

func withoutSecrets(line string) string {
	if !structure.MatchString(line) {
		return strings.Repeat(" ", len(line)-len(strings.TrimLeft(line, " "))) + hidden
	}
	line = secretKey.ReplaceAllString(line, "${1}"+hidden)
	return userInfo.ReplaceAllString(line, "://"+hidden+"@")
}
