// The peer of the benchmarks and of tests/go_tuf_test.py: the least program that refreshes a TUF repository with
// go-tuf and downloads one target, or makes a repository of one target.
//
//	tuf_go METADATA_URL TARGETS_URL DIR ROOT NAME
//	tuf_go --warm ROUNDS METADATA_URL DIR ROOT      milliseconds of a refresh of what is kept, the median
//	tuf_go --make DIR NAME FILE                     the file's content is that of the target NAME
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func refreshed(metadataURL, targetsURL, dir string, root []byte) *updater.Updater {
	settings, err := config.New(metadataURL, root)
	check(err)
	settings.LocalMetadataDir = filepath.Join(dir, "metadata")
	settings.LocalTargetsDir = filepath.Join(dir, "targets")
	settings.RemoteTargetsURL = targetsURL
	settings.PrefixTargetsWithHash = true
	client, err := updater.New(settings)
	check(err)
	check(client.Refresh())
	return client
}

func main() {
	arguments := os.Args[1:]
	if len(arguments) == 5 && arguments[0] == "--warm" {
		rounds, err := strconv.Atoi(arguments[1])
		check(err)
		root, err := os.ReadFile(arguments[4])
		check(err)
		var took []float64
		for i := 0; i < rounds; i++ {
			started := time.Now()
			refreshed(arguments[2], "", arguments[3], root)
			took = append(took, float64(time.Since(started).Microseconds())/1e3)
		}
		sort.Float64s(took)
		fmt.Println(took[len(took)/2])
		return
	}
	if len(arguments) == 4 && arguments[0] == "--make" {
		makeRepository(arguments[1], arguments[2], arguments[3])
		return
	}
	if len(arguments) != 5 {
		fmt.Fprintln(os.Stderr, "usage: tuf_go METADATA_URL TARGETS_URL DIR ROOT NAME")
		os.Exit(2)
	}
	root, err := os.ReadFile(arguments[3])
	check(err)
	for _, folder := range []string{"metadata", "targets"} {
		check(os.MkdirAll(filepath.Join(arguments[2], folder), 0o700))
	}
	client := refreshed(arguments[0], arguments[1], arguments[2], root)
	info, err := client.GetTargetInfo(arguments[4])
	check(err)
	_, _, err = client.DownloadTarget(info, "", "")
	check(err)
}
