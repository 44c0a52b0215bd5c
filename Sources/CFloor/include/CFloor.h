// The floor: the benchmark's workload, and acts, written raw in C into SQLite. What no engine over SQLite can pass.
#ifndef DOCKET_FLOOR_H
#define DOCKET_FLOOR_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  // From the first statement to the last commit.
  double wall_seconds;
  double cpu_seconds;
  uint64_t changes;
  uint64_t entries;
} docket_floor_result;

typedef struct {
  // Entries of one commit: this part of those before it, but at least and at most so many.
  uint32_t entries_min;
  uint32_t entries_max;
  uint32_t entries_part;
  // Bytes of a page, bytes of WAL at which SQLite checkpoints, and KiB of page cache: the engine's own values.
  uint32_t page_bytes;
  uint32_t checkpoint_bytes;
  uint32_t cache_kibibytes;
} docket_floor_settings;

// Writes the rows with packed stamps (one blob a row, read before it is written) and the log bytes with a SHA-256
// chain, and verifies the Ed25519 signatures that the input carries.
//
// The input is read into memory before the time is taken. It is: 32 bytes of public key, then for each transaction
// three pieces, each a little-endian u32 length and bytes: the workload's lines; the entry; the signed message with
// its 64 bytes of signature behind it, or nothing.
//
// Returns 0, or -1 with a text in `error`.
int docket_floor_run(const char *input, const char *database, docket_floor_settings settings,
                     docket_floor_result *result, char *error, size_t error_size);

// Does acts that the engine did, as raw C does them: for each one Ed25519 signature over the entry's bytes, then one
// transaction (WAL, synchronous=FULL: one wait for the disk) that writes the rows and the log bytes the engine wrote,
// and reads nothing. `entries` of the result are acts; the settings' entries of one commit count for nothing.
//
// `engine` is the replica after its acts, `database` a copy of it from before them. What is written is read from
// `engine` before the time is taken. Each act has a file of its own. The rows are known statement by statement: where
// the engine writes others, `docket_floor_differences` finds them.
int docket_floor_acts(const char *engine, const char *database, docket_floor_settings settings,
                      docket_floor_result *result, char *error, size_t error_size);

// How many rows, of all tables, stand in one of the two databases and not in the other.
int docket_floor_differences(const char *engine, const char *database, uint64_t *differences, char *error,
                             size_t error_size);

// A chained SHA-256 over all rows, by table and id: `h = SHA-256(h, id, 0x1F, field, 0x1F, ...)`.
int docket_floor_digest(const char *database, uint8_t digest[32], char *error, size_t error_size);

#endif
