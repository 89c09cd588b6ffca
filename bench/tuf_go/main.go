// The peer of the benchmarks: the least program that refreshes a TUF repository with go-tuf and downloads one
// target.
//
//	tuf_go METADATA_URL TARGETS_URL DIR ROOT NAME
//	tuf_go --warm ROUNDS METADATA_URL DIR ROOT      milliseconds of a refresh of what is kept, the median
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

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func refreshed(metadataURL, targetsURL, dir string, root []byte) *updater.Updater {
	settings, err := config.New(metadataURL, root)
	if err != nil {
		fail(err)
	}
	settings.LocalMetadataDir = filepath.Join(dir, "metadata")
	settings.LocalTargetsDir = filepath.Join(dir, "targets")
	settings.RemoteTargetsURL = targetsURL
	settings.PrefixTargetsWithHash = true
	client, err := updater.New(settings)
	if err != nil {
		fail(err)
	}
	if err := client.Refresh(); err != nil {
		fail(err)
	}
	return client
}

func main() {
	arguments := os.Args[1:]
	if len(arguments) == 5 && arguments[0] == "--warm" {
		rounds, err := strconv.Atoi(arguments[1])
		if err != nil {
			fail(err)
		}
		root, err := os.ReadFile(arguments[4])
		if err != nil {
			fail(err)
		}
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
	if len(arguments) != 5 {
		fmt.Fprintln(os.Stderr, "usage: tuf_go METADATA_URL TARGETS_URL DIR ROOT NAME")
		os.Exit(2)
	}
	root, err := os.ReadFile(arguments[3])
	if err != nil {
		fail(err)
	}
	for _, folder := range []string{"metadata", "targets"} {
		if err := os.MkdirAll(filepath.Join(arguments[2], folder), 0o700); err != nil {
			fail(err)
		}
	}
	client := refreshed(arguments[0], arguments[1], arguments[2], root)
	info, err := client.GetTargetInfo(arguments[4])
	if err != nil {
		fail(err)
	}
	if _, _, err := client.DownloadTarget(info, "", ""); err != nil {
		fail(err)
	}
}
