// Reads a Compose project as `docker compose` does (its own library: schema, .env, interpolation, consistency) and prints it as JSON:
// name, services, configs, secrets, volumes, networks, environment.
//
//	compose-loader FOLDER
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func load(folder string) (*types.Project, error) {
	options, err := cli.NewProjectOptions(
		[]string{filepath.Join(folder, "compose.yaml")},
		cli.WithWorkingDirectory(folder),
		cli.WithEnvFiles(filepath.Join(folder, ".env")),
		cli.WithDotEnv,
		cli.WithInterpolation(true),
		cli.WithResolvedPaths(true),
	)
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: compose-loader FOLDER")
		os.Exit(2)
	}
	project, err := load(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	told := map[string]any{
		"name":        project.Name,
		"services":    project.Services,
		"configs":     project.Configs,
		"secrets":     project.Secrets,
		"volumes":     project.Volumes,
		"networks":    project.Networks,
		"environment": project.Environment,
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
