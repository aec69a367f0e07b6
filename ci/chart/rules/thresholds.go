package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"
)

// placeholder stands for the number in what a threshold says of texts.
const placeholder = "{}"

// Threshold is a number in an alert that values may change. Rules stay plain:
// the number is where it always was, and the threshold says where that is.
type Threshold struct {
	Default float64 `yaml:"default"`
	Unit    string  `yaml:"unit"`
	// At are the places in the expression, with {} for the number.
	At []string `yaml:"at"`
	// Text are words of summary and description that say the number, and what
	// they become, with {} for the number, when it is another.
	Text map[string]string `yaml:"text"`
}

// number is the default as it stands in expressions.
func (t Threshold) number() string { return strconv.FormatFloat(t.Default, 'f', -1, 64) }

// changes are the texts to look for, each with what takes its place.
func (t Threshold) changes() map[string]string {
	out := map[string]string{}
	for _, at := range t.At {
		out[strings.ReplaceAll(at, placeholder, t.number())] = at
	}
	for old, text := range t.Text {
		out[old] = text
	}
	return out
}

// Thresholds are those of one rule file, by alert and name.
type Thresholds map[string]map[string]Threshold

// ReadThresholds reads the thresholds of a rule file, which may have none, and
// makes sure that each is found in its alert and nowhere in part.
func ReadThresholds(root fs.FS, f File) (Thresholds, error) {
	p := path.Join(Dir, "thresholds", f.Name)
	data, err := fs.ReadFile(root, p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out Thresholds
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("%s: %w", p, err)
	}
	alerts := f.alerts()
	for alert, thresholds := range out {
		if len(alerts[alert]) == 0 {
			return nil, fmt.Errorf("%s: there is no alert %s in %s", p, alert, f.Name)
		}
		for name, t := range thresholds {
			if err := t.check(alerts[alert]); err != nil {
				return nil, fmt.Errorf("%s: %s.%s: %w", p, alert, name, err)
			}
		}
	}
	return out, nil
}

func (t Threshold) check(rules []rulefmt.Rule) error {
	if t.Unit == "" || len(t.At) == 0 {
		return errors.New("it lacks a unit or a place")
	}
	var exprs, texts strings.Builder
	for _, r := range rules {
		exprs.WriteString(r.Expr + "\n")
		texts.WriteString(r.Annotations["summary"] + "\n" + r.Annotations["description"] + "\n")
	}
	for _, at := range t.At {
		if strings.Count(at, placeholder) != 1 {
			return fmt.Errorf("%q has not one %s", at, placeholder)
		}
		if err := whole(exprs.String(), strings.ReplaceAll(at, placeholder, t.number())); err != nil {
			return err
		}
	}
	for old := range t.Text {
		if !strings.Contains(texts.String(), old) {
			return fmt.Errorf("neither summary nor description says %q", old)
		}
	}
	return nil
}

// whole makes sure that a text occurs, and never as the beginning or end of a
// longer number: `> 1` is not in `> 15`.
func whole(in, text string) error {
	if !strings.Contains(in, text) {
		return fmt.Errorf("the expression does not hold %q", text)
	}
	digit := func(s string) bool { return s != "" && strings.Contains("0123456789.", s) }
	for rest := in; ; {
		before, after, ok := strings.Cut(rest, text)
		if !ok {
			return nil
		}
		if digit(last(before)) && digit(text[:1]) || digit(first(after)) && digit(last(text)) {
			return fmt.Errorf("the expression holds %q within a longer number", text)
		}
		rest = after
	}
}

func first(s string) string { return s[:min(1, len(s))] }
func last(s string) string  { return s[max(0, len(s)-1):] }

// Tuning is what a template needs to change an alert.
type Tuning struct {
	// For are the words that texts have for how long the alert waits.
	For []string `yaml:"for,omitempty"`
	// Thresholds are texts to replace, by the threshold's name.
	Thresholds map[string]map[string]string `yaml:"thresholds,omitempty"`
}

// Tunings are those of all alerts, of those too that have nothing to tune, so
// that a name that is no alert's can be told.
func Tunings(root fs.FS) (map[string]Tuning, error) {
	files, err := Files(root)
	if err != nil {
		return nil, err
	}
	out := map[string]Tuning{}
	for _, f := range files {
		thresholds, err := ReadThresholds(root, f)
		if err != nil {
			return nil, err
		}
		for alert, rules := range f.alerts() {
			tuning := Tuning{For: waits(rules)}
			for name, t := range thresholds[alert] {
				if tuning.Thresholds == nil {
					tuning.Thresholds = map[string]map[string]string{}
				}
				tuning.Thresholds[name] = t.changes()
			}
			out[alert] = tuning
		}
	}
	return out, nil
}

// waits are the words after "for" by which an alert's texts say how long it waits.
func waits(rules []rulefmt.Rule) []string {
	var out []string
	for _, r := range rules {
		texts := strings.ToLower(r.Annotations["summary"] + "\n" + r.Annotations["description"])
		for _, words := range durationWords(r.For) {
			if strings.Contains(texts, "for "+words) {
				out = append(out, words)
			}
		}
	}
	return out
}

// durationWords are the ways to say a duration.
func durationWords(d model.Duration) []string {
	switch s := d.String(); s {
	case "1m":
		return []string{"a minute"}
	case "30m":
		return []string{"half an hour", "30 minutes"}
	case "1h":
		return []string{"an hour"}
	default:
		for unit, word := range map[string]string{"m": " minutes", "h": " hours"} {
			if n, ok := strings.CutSuffix(s, unit); ok {
				return []string{n + word}
			}
		}
		return nil
	}
}
