package main

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Canonical JSON and Go's own differ on it: the one has these characters as they are, the other as \u0026 and such.
const custom = `{"note": "<é> & \"\\", "sizes": [1, -2]}`

// holder has an Ed25519 key of its own.
type holder struct {
	signer signature.Signer
	key    *metadata.Key
}

func newHolder() holder {
	public, private, err := ed25519.GenerateKey(nil)
	check(err)
	signer, err := signature.LoadSigner(private, crypto.Hash(0))
	check(err)
	key, err := metadata.KeyFromPublicKey(public)
	check(err)
	return holder{signer, key}
}

// write signs what is in the metadata now and puts it into the file.
func write[T metadata.Roles](path string, data *metadata.Metadata[T], signers ...holder) {
	data.ClearSignatures()
	for _, each := range signers {
		_, err := data.Sign(each.signer)
		check(err)
	}
	check(data.ToFile(path, true))
}

// writeRoots makes root 1, and root 2 in which another key has taken the place of root's.
func writeRoots(folder string, holders map[string]holder, expires time.Time) {
	root := metadata.Root(expires)
	for role, each := range holders {
		check(root.Signed.AddKey(each.key, role))
	}
	first, second := holders[metadata.ROOT], newHolder()
	write(filepath.Join(folder, "1.root.json"), root, first)
	id, err := first.key.ID()
	check(err)
	check(root.Signed.RevokeKey(id, metadata.ROOT))
	check(root.Signed.AddKey(second.key, metadata.ROOT))
	root.Signed.Version = 2
	write(filepath.Join(folder, "2.root.json"), root, first, second)
}

// writeTarget stores the file as NAME with its digest before the last part, and lists it.
func writeTarget(folder, name, file string, targets *metadata.Metadata[metadata.TargetsType]) {
	content, err := os.ReadFile(file)
	check(err)
	info, err := metadata.TargetFile().FromBytes(name, content, "sha256")
	check(err)
	note := json.RawMessage(custom)
	info.Custom = &note
	targets.Signed.Targets[name] = info
	last := fmt.Sprintf("%x.%s", []byte(info.Hashes["sha256"]), filepath.Base(name))
	stored := filepath.Join(folder, filepath.Dir(name), last)
	check(os.MkdirAll(filepath.Dir(stored), 0o755))
	check(os.WriteFile(stored, content, 0o644))
}

// makeRepository makes metadata/ and targets/ below the folder, with consistent snapshots and a key for each role.
func makeRepository(folder, name, file string) {
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		check(fmt.Errorf("%s is there already", folder))
	}
	at := filepath.Join(folder, "metadata")
	check(os.MkdirAll(at, 0o755))
	holders := map[string]holder{}
	for _, role := range []string{metadata.ROOT, metadata.TARGETS, metadata.SNAPSHOT, metadata.TIMESTAMP} {
		holders[role] = newHolder()
	}
	expires := time.Now().UTC().Truncate(time.Second).Add(24 * time.Hour)
	writeRoots(at, holders, expires)
	targets := metadata.Targets(expires)
	writeTarget(filepath.Join(folder, "targets"), name, file, targets)
	write(filepath.Join(at, "1.targets.json"), targets, holders[metadata.TARGETS])
	write(filepath.Join(at, "1.snapshot.json"), metadata.Snapshot(expires), holders[metadata.SNAPSHOT])
	write(filepath.Join(at, "timestamp.json"), metadata.Timestamp(expires), holders[metadata.TIMESTAMP])
}
