package values

import (
	"encoding/json"
	"strings"
	"testing"
)

const sample = `# About the file.

# Not a description.

group:
  # -- How many, or
  # how few.
  # @schema {minimum: 1}
  count: 2
  # -- A name.
  name: ""
# -- What the user likes.
free:
  requests: {cpu: 1}
# -- Some.
list: [a, b]
`

func TestParse(t *testing.T) {
	tree, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree) != 3 || len(tree[0].Children) != 2 || len(tree[1].Children) != 0 {
		t.Fatalf("wrong tree: %+v", tree)
	}
	count := tree[0].Children[0]
	if count.Path != "group.count" || count.Description != "How many, or how few." || count.Schema["minimum"] != 1 {
		t.Errorf("got %+v", count)
	}
}

func TestParseWantsDescriptions(t *testing.T) {
	for name, text := range map[string]string{
		"none":           "a: 1\n",
		"below":          "a:\n  b: 1\n",
		"empty map":      "a: {}\n",
		"broken @schema": "# -- A.\n# @schema {\na: 1\n",
		"no map":         "[]\n",
		"nothing":        "",
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSchema(t *testing.T) {
	tree, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	data, err := Schema(tree)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		AdditionalProperties bool
		Properties           map[string]struct {
			Type                 string
			AdditionalProperties *bool
			Properties           map[string]struct {
				Type    string
				Minimum int
			}
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	group := got.Properties["group"]
	if got.AdditionalProperties || group.AdditionalProperties == nil || *group.AdditionalProperties {
		t.Error("unknown keys are allowed")
	}
	if got.Properties["free"].AdditionalProperties != nil {
		t.Error("a described map is not free")
	}
	if c := group.Properties["count"]; c.Type != "integer" || c.Minimum != 1 {
		t.Errorf("count is %+v", c)
	}
}

func TestSchemaNeedsAType(t *testing.T) {
	tree, err := Parse([]byte("# -- A.\na: null\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Schema(tree); err == nil {
		t.Error("a default of null has no type, and no error was given")
	}
}

func TestTable(t *testing.T) {
	tree, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	got := Table(tree)
	for _, want := range []string{
		"| `group.count` | `2` | How many, or how few. |\n",
		"| `group.name` | `\"\"` | A name. |\n",
		"| `free` | `{requests: {cpu: 1}}` | What the user likes. |\n",
		"| `list` | `[a, b]` | Some. |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}
