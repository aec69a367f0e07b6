package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

const (
	recipesPage  = "docs/recipes.md"
	recipesBegin = "<!-- recipes: begin, generated -->\n"
	recipesEnd   = "<!-- recipes: end -->\n"
)

// generateRecipes shows the chart's ci/*-values.yaml in the documentation: what
// people copy is what is tested. A file begins with a comment that says what it is
// for.
func generateRecipes(root fs.FS, want generated) error {
	page, err := fs.ReadFile(root, recipesPage)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(page, []byte(recipesBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(recipesEnd))
	if !ok || !ok2 {
		return fmt.Errorf("%s lacks the lines %q and %q", recipesPage, strings.TrimSpace(recipesBegin), strings.TrimSpace(recipesEnd))
	}
	var out bytes.Buffer
	out.Write(before)
	out.WriteString(recipesBegin)
	for _, pattern := range []string{"*-values.yaml", "rendered/*-values.yaml"} {
		files, err := fs.Glob(root, chartDir+"/ci/"+pattern)
		if err != nil {
			return err
		}
		for _, file := range files {
			data, err := fs.ReadFile(root, file)
			if err != nil {
				return err
			}
			if err := writeRecipe(&out, file, string(data)); err != nil {
				return err
			}
		}
	}
	out.WriteString(recipesEnd)
	out.Write(after)
	want[recipesPage] = out.Bytes()
	return nil
}

func writeRecipe(out *bytes.Buffer, file, text string) error {
	var about []string
	for strings.HasPrefix(text, "#") {
		line, rest, _ := strings.Cut(text, "\n")
		about, text = append(about, strings.TrimSpace(strings.TrimPrefix(line, "#"))), rest
	}
	if len(about) == 0 {
		return fmt.Errorf("%s does not begin with a comment that says what it is for", file)
	}
	name := strings.ReplaceAll(strings.TrimSuffix(path.Base(file), "-values.yaml"), "-", " ")
	fmt.Fprintf(out, "\n## %s\n\n%s\n", strings.ToUpper(name[:1])+name[1:], strings.Join(about, " "))
	if text = strings.TrimSpace(text); text != "{}" {
		fmt.Fprintf(out, "\n```yaml\n%s\n```\n", text)
	}
	return nil
}
