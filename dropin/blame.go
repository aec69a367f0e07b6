package dropin

import (
	"errors"
	"slices"
	"sort"
	"strconv"
	"strings"

	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"
)

// maxTried bounds the bytes that are parsed again in search of the places of one
// drop-in's errors. A job of the usual size takes a hundredth of it.
const maxTried = 4 << 20

// manyKeys is more keys than any of upstream's structs has.
const manyKeys = 80

// maxProblems bounds the problems told about one drop-in.
const maxProblems = 20

// blamer finds the place in a tree that an error is about. Upstream's errors
// seldom carry a line, so it asks upstream itself: take a part of the tree away,
// parse again, and see whether the complaint is still there.
type blamer struct {
	// try parses the tree as it is now. It returns how many bytes that were.
	try func() (int, error)
	// left are the bytes that may still be tried, for all blamers of a drop-in together.
	left *int
}

// place is where in a tree something is wrong.
type place struct {
	path   []string   // keys and indices from the root
	key    string     // the innermost key of the path
	parent *yaml.Node // the collection that holds it, nil for the root
	index  int        // of the element, or of the key, in parent.Content
	line   int
}

// has says whether a step of the path satisfies f.
func (p place) has(f func(string) bool) bool { return slices.ContainsFunc(p.path, f) }

// remove takes the place out of its tree: the innermost list element that it is
// in, else the key. What is left can be tried for the next error.
func (p place) remove(root *yaml.Node) bool {
	if p.parent == nil {
		return false
	}
	n, list, at := root, (*yaml.Node)(nil), 0
	for _, step := range p.path {
		switch n.Kind {
		case yaml.SequenceNode:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(n.Content) {
				return false
			}
			list, at, n = n, i, n.Content[i]
		case yaml.MappingNode:
			if n = valueAt(n, step); n == nil {
				return false
			}
		}
	}
	if list != nil {
		list.Content = slices.Delete(list.Content, at, at+1)
		return true
	}
	p.parent.Content = slices.Delete(p.parent.Content, p.index, p.index+2)
	return true
}

// find descends from root to the smallest part that the complaint is about.
func (b *blamer) find(root *yaml.Node, complaint string) place {
	p := place{line: root.Line}
	n := root
	for *b.left > 0 {
		var i int
		switch n.Kind {
		case yaml.SequenceNode:
			i = b.element(n, complaint)
		case yaml.MappingNode:
			i = b.key(n, complaint)
		default:
			return p
		}
		// When too much has been tried the answer means nothing any more.
		if i < 0 || *b.left <= 0 {
			return p
		}
		p.parent, p.index = n, i
		if n.Kind == yaml.SequenceNode {
			p.path = append(p.path, strconv.Itoa(i))
			// Without the other elements each further try is cheap.
			defer b.narrow(n, i, complaint)()
			n = p.element(n)
			p.line = n.Line
			continue
		}
		p.key = n.Content[i].Value
		p.path = append(p.path, p.key)
		p.line = placeLine(n.Content[i], n.Content[i+1])
		n = n.Content[i+1]
	}
	return p
}

// element returns the list's element, whether the list has been narrowed or not.
func (p place) element(list *yaml.Node) *yaml.Node {
	if len(list.Content) == 1 {
		return list.Content[0]
	}
	return list.Content[p.index]
}

// narrow leaves only element i in the list if the complaint is still there, and
// returns what undoes it.
func (b *blamer) narrow(list *yaml.Node, i int, complaint string) func() {
	all := list.Content
	list.Content = all[i : i+1 : i+1]
	if !b.complains(complaint) {
		list.Content = all
	}
	return func() { list.Content = all }
}

// element returns the index of the element that brings the complaint.
func (b *blamer) element(list *yaml.Node, complaint string) int {
	all := list.Content
	defer func() { list.Content = all }()
	list.Content = nil
	if len(all) == 0 || b.complains(complaint) {
		return -1 // it is not about an element
	}
	// Halving the list halves what each try costs, so that the search costs no
	// more than two parses of the whole.
	lo, hi := 0, len(all)
	for hi-lo > 1 && *b.left > 0 {
		mid := (lo + hi) / 2
		if list.Content = all[lo:mid:mid]; b.complains(complaint) {
			hi = mid
		} else {
			lo = mid
		}
	}
	if list.Content = all[lo:hi:hi]; b.complains(complaint) {
		return lo
	}
	// It takes several elements to cause it. Blame the one that makes it complete.
	return sort.Search(len(all)-1, func(i int) bool {
		list.Content = all[: i+1 : i+1]
		return b.complains(complaint)
	})
}

// key returns the index of the key that brings the complaint, -1 if it is about
// the mapping as a whole, such as a key that is missing.
func (b *blamer) key(m *yaml.Node, complaint string) int {
	all := m.Content
	defer func() { m.Content = all }()
	without := func(i int) { m.Content = slices.Concat(all[:i], all[i+2:]) }

	// In a mapping larger than people write, one try for each key is too many.
	if n := len(all) / 2; n > manyKeys {
		return 2 * sort.Search(n-1, func(i int) bool {
			m.Content = all[: 2*i+2 : 2*i+2]
			return b.complains(complaint)
		})
	}
	// Best proof: without this key all is well.
	for i := 0; i+1 < len(all); i += 2 {
		if without(i); len(complaints(b.run())) == 0 {
			return i
		}
	}
	m.Content = nil
	if b.complains(complaint) {
		return -1
	}
	// Else the key with which the complaint begins, for the same complaint can come from two keys.
	for i := 0; i+1 < len(all); i += 2 {
		m.Content = all[: i+2 : i+2]
		if b.complains(complaint) {
			// If a key that others need came last, it is not itself to blame.
			if without(i); !b.complains(complaint) {
				return b.other(m, all, i, complaint)
			}
			return i
		}
	}
	return -1
}

// other returns a key whose absence ends the complaint and brings none that a
// needed key's absence would bring. If there is none it is i, but for a scalar
// whose value does not matter: then what is wrong is that another key is missing.
func (b *blamer) other(m *yaml.Node, all []*yaml.Node, i int, complaint string) int {
	m.Content = nil
	empty := complaints(b.run())
	for k := 0; k+1 < len(all); k += 2 {
		m.Content = slices.Concat(all[:k], all[k+2:])
		got := complaints(b.run())
		if !slices.Contains(got, complaint) && !slices.Equal(got, empty) {
			return k
		}
	}
	m.Content = all
	if value := all[i+1]; value.Kind == yaml.ScalarNode {
		was := value.Value
		defer func() { value.Value = was }()
		if value.Value += "x"; b.complains(complaint) {
			return -1
		}
	}
	return i
}

// run tries the tree once, or reports nothing if that has been done too often.
func (b *blamer) run() error {
	if *b.left <= 0 {
		return nil
	}
	size, err := b.try()
	*b.left -= size + 100 // what a try costs whatever its size
	return err
}

func (b *blamer) complains(complaint string) bool {
	return slices.Contains(complaints(b.run()), complaint)
}

// complaints splits an error of the YAML decoders, which collect several, and
// leaves out the line numbers: they count lines of the tree as it was tried.
func complaints(err error) []string {
	if err == nil {
		return nil
	}
	var list []string
	if e := (*yamlv2.TypeError)(nil); errors.As(err, &e) {
		list = e.Errors
	} else if e := (*yaml.TypeError)(nil); errors.As(err, &e) {
		list = e.Errors
	} else {
		return []string{err.Error()}
	}
	var out []string
	for _, s := range list {
		if rest, ok := strings.CutPrefix(s, "line "); ok {
			if _, after, ok := strings.Cut(rest, ": "); ok {
				s = after
			}
		}
		out = append(out, s)
	}
	return out
}
