#include "CFloor.h"
#include "support.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { signature_bytes = 64, values_max = 12 };

// Values of one act, in the order of `load_acts`.
enum {
  entry_stream, entry_seq, entry_bytes, entry_received_at, entry_total, entry_hash, move,
  act_file, act_id, act_stream, act_seq, act_stamp, act_body, clock_value,
  state, is_final, closed_on, next_due, next_clock, is_provisional, is_suspended, act_count, void_count, waiting_count,
  office, kind, day, opened_by,
  old_office, old_kind, old_is_final, old_is_suspended, old_day, old_void_count, is_tally_moved,
  act_values, always = act_values
};

// `file_tally.day` of a row.
#define DAY(row) \
  "CASE WHEN " row ".is_final THEN coalesce(substr(" row ".closed_on, 1, 4), '') " \
  "ELSE coalesce(" row ".next_due, '') END"

// Acts that the engine recorded and this database lacks. The hash of an entry stands in the next one's bytes.
static const char *const load_acts =
    "SELECT e.stream, e.seq, e.bytes, e.received_at, e.total, "
    "coalesce(lead(substr(e.bytes, 4, 32)) OVER (PARTITION BY e.stream ORDER BY e.seq), s.hash), "
    "(SELECT value FROM main.counter WHERE name = 'moves') + row_number() OVER (ORDER BY e.id), "
    "a.file, a.id, a.stream, a.seq, a.stamp, a.body, clock_bytes(a.stamp), "
    "n.state, n.is_final, n.closed_on, n.next_due, n.next_clock, n.is_provisional, n.is_suspended, n.act_count, "
    "n.void_count, n.waiting_count, n.office, n.kind, " DAY("n") ", n.opened_by, "
    "o.office, o.kind, o.is_final, o.is_suspended, " DAY("o") ", o.void_count, "
    "(n.office, n.kind, n.is_final, n.is_suspended, " DAY("n") ", n.void_count) IS NOT "
    "(o.office, o.kind, o.is_final, o.is_suspended, " DAY("o") ", o.void_count) "
    "FROM engine.entry e JOIN engine.stream s ON s.id = e.stream "
    "JOIN engine.act a ON a.stream = s.name AND a.seq = e.seq "
    "JOIN engine.case_summary n ON n.file = a.file JOIN main.case_summary o ON o.file = a.file "
    "WHERE e.id > (SELECT max(id) FROM main.entry) ORDER BY e.id";

// What one act writes. `condition`: only where that value is not 0.
static const struct {
  const char *sql;
  int condition, count, values[values_max];
} writes[] = {
    {"UPDATE counter SET value = ? WHERE name = 'moves'", always, 1, {move}},
    {"UPDATE stream SET seq = ?, hash = ?, moved = ? WHERE id = ?", always, 4,
     {entry_seq, entry_hash, move, entry_stream}},
    {"INSERT INTO entry (stream, seq, bytes, received_at, total) VALUES (?, ?, ?, ?, ?)", always, 5,
     {entry_stream, entry_seq, entry_bytes, entry_received_at, entry_total}},
    {"UPDATE small_value SET value = ? WHERE name = 'clock'", always, 1, {clock_value}},
    {"INSERT INTO act (file, id, stream, seq, stamp, body) VALUES (?, ?, ?, ?, ?, ?)", always, 6,
     {act_file, act_id, act_stream, act_seq, act_stamp, act_body}},
    {"UPDATE case_summary SET state = ?, is_final = ?, closed_on = ?, next_due = ?, next_clock = ?, "
     "is_provisional = ?, is_suspended = ?, act_count = ?, void_count = ?, waiting_count = ?, office = ? "
     "WHERE file = ?", always, 12,
     {state, is_final, closed_on, next_due, next_clock, is_provisional, is_suspended, act_count, void_count,
      waiting_count, office, act_file}},
    {"UPDATE file_tally SET files = files - 1, void_acts = void_acts - ? "
     "WHERE office = ? AND kind = ? AND is_final = ? AND is_suspended = ? AND day = ?", is_tally_moved, 6,
     {old_void_count, old_office, old_kind, old_is_final, old_is_suspended, old_day}},
    {"DELETE FROM file_tally WHERE office = ? AND kind = ? AND is_final = ? AND is_suspended = ? AND day = ? "
     "AND files = 0", is_tally_moved, 5, {old_office, old_kind, old_is_final, old_is_suspended, old_day}},
    {"INSERT INTO file_tally VALUES (?, ?, ?, ?, ?, 1, ?) "
     "ON CONFLICT DO UPDATE SET files = files + 1, void_acts = void_acts + excluded.void_acts", is_tally_moved, 6,
     {office, kind, is_final, is_suspended, day, void_count}},
    // Once for the row as it was and once for the row as it is.
    {"UPDATE change_count SET changes = changes + 2 WHERE office = ?", always, 1, {opened_by}},
};

enum { writes_count = sizeof writes / sizeof *writes };

typedef struct {
  floor_database base;
  sqlite3_stmt *begin, *commit, *write[writes_count];
  sqlite3_value *(*acts)[act_values];
  size_t count;
  EVP_PKEY *key;
  EVP_MD_CTX *signing;
} act_run;

// The clock as the engine keeps it: eight bytes, the highest first.
static void clock_bytes(sqlite3_context *context, int count, sqlite3_value **values) {
  uint64_t stamp = (uint64_t)sqlite3_value_int64(values[0]);
  uint8_t bytes[8];
  (void)count;
  for (int index = 7; index >= 0; index--, stamp >>= 8) bytes[index] = (uint8_t)stamp;
  sqlite3_result_blob(context, bytes, sizeof bytes, SQLITE_TRANSIENT);
}

static int attach(act_run *run, const char *path) {
  sqlite3_stmt *statement = NULL;
  int code = floor_prepare(&run->base, "ATTACH ? AS engine", &statement);
  if (!code) {
    sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    code = floor_step(&run->base, statement, SQLITE_DONE);
  }
  sqlite3_finalize(statement);
  return code;
}

// Triggers would do work that is done here: what they write, the statements above write.
static int drop_triggers(act_run *run) {
  sqlite3_stmt *select = NULL;
  int code = floor_prepare(
      &run->base, "SELECT group_concat('DROP TRIGGER \"' || name || '\"', ';') FROM main.sqlite_master "
      "WHERE type = 'trigger'", &select);
  if (!code) code = floor_step(&run->base, select, SQLITE_ROW);
  // NULL where they were dropped before.
  const unsigned char *found = code ? NULL : sqlite3_column_text(select, 0);
  char *drops = found ? strdup((const char *)found) : NULL;
  sqlite3_finalize(select);
  if (drops) code = floor_execute(&run->base, drops);
  free(drops);
  return code;
}

static int load(act_run *run) {
  sqlite3_stmt *select = NULL;
  size_t room = 0;
  int code = floor_prepare(&run->base, load_acts, &select), row = SQLITE_DONE;
  while (!code && (row = sqlite3_step(select)) == SQLITE_ROW) {
    if (run->count == room) {
      room = room ? 2 * room : 64;
      void *larger = realloc(run->acts, room * sizeof *run->acts);
      if (!larger) { code = floor_fail(&run->base, "memory"); break; }
      run->acts = larger;
    }
    for (int value = 0; value < act_values; value++)
      run->acts[run->count][value] = sqlite3_value_dup(sqlite3_column_value(select, value));
    run->count++;
  }
  if (!code && row != SQLITE_DONE) code = floor_fail(&run->base, load_acts);
  sqlite3_finalize(select);
  return code;
}

static int prepare_all(act_run *run) {
  int code = floor_prepare(&run->base, "BEGIN IMMEDIATE", &run->begin);
  if (!code) code = floor_prepare(&run->base, "COMMIT", &run->commit);
  for (int index = 0; !code && index < writes_count; index++)
    code = floor_prepare(&run->base, writes[index].sql, &run->write[index]);
  run->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
  run->signing = EVP_MD_CTX_new();
  return code ? code : run->key && run->signing ? 0 : floor_fail(&run->base, "a key");
}

static int sign(act_run *run, sqlite3_value *message) {
  uint8_t signature[signature_bytes];
  size_t length = sizeof signature;
  int is_signed = EVP_DigestSignInit(run->signing, NULL, NULL, NULL, run->key) == 1
                  && EVP_DigestSign(run->signing, signature, &length, sqlite3_value_blob(message),
                                    (size_t)sqlite3_value_bytes(message)) == 1
                  && length == sizeof signature;
  EVP_MD_CTX_reset(run->signing);
  return is_signed ? 0 : floor_fail(&run->base, "a signature");
}

static int run_once(act_run *run, sqlite3_stmt *statement) {
  int code = floor_step(&run->base, statement, SQLITE_DONE);
  sqlite3_reset(statement);
  return code;
}

static int write_act(act_run *run, sqlite3_value **act) {
  if (sign(run, act[entry_bytes]) || run_once(run, run->begin)) return -1;
  for (int index = 0; index < writes_count; index++) {
    if (writes[index].condition != always && !sqlite3_value_int(act[writes[index].condition])) continue;
    for (int value = 0; value < writes[index].count; value++)
      sqlite3_bind_value(run->write[index], value + 1, act[writes[index].values[value]]);
    if (run_once(run, run->write[index])) return -1;
  }
  return run_once(run, run->commit);
}

static void close_run(act_run *run) {
  sqlite3_finalize(run->begin);
  sqlite3_finalize(run->commit);
  for (int index = 0; index < writes_count; index++) sqlite3_finalize(run->write[index]);
  for (size_t act = 0; act < run->count; act++)
    for (int value = 0; value < act_values; value++) sqlite3_value_free(run->acts[act][value]);
  free(run->acts);
  sqlite3_close(run->base.handle);
  EVP_MD_CTX_free(run->signing);
  EVP_PKEY_free(run->key);
}

int docket_floor_acts(const char *engine, const char *database, docket_floor_settings settings,
                      docket_floor_result *result, char *error, size_t error_size) {
  act_run run = {.base = {.error = error, .error_size = error_size}};
  memset(result, 0, sizeof *result);
  int code = floor_open(&run.base, database, &settings);
  if (!code && sqlite3_create_function(run.base.handle, "clock_bytes", 1, SQLITE_UTF8, NULL, clock_bytes, NULL, NULL))
    code = floor_fail(&run.base, "clock_bytes");
  if (!code) code = attach(&run, engine);
  if (!code) code = load(&run);
  if (!code) code = floor_execute(&run.base, "DETACH engine");
  if (!code) code = drop_triggers(&run);
  if (!code) code = prepare_all(&run);
  if (!code) {
    double wall = floor_now(CLOCK_MONOTONIC), cpu = floor_now(CLOCK_PROCESS_CPUTIME_ID);
    for (; !code && result->entries < run.count; result->entries++) code = write_act(&run, run.acts[result->entries]);
    result->wall_seconds = floor_now(CLOCK_MONOTONIC) - wall;
    result->cpu_seconds = floor_now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  }
  close_run(&run);
  return code;
}

static int count_differences(act_run *run, const char *table, uint64_t *differences) {
  char sql[512];
  snprintf(sql, sizeof sql,
           "SELECT (SELECT count(*) FROM (SELECT * FROM main.\"%s\" EXCEPT SELECT * FROM engine.\"%s\")) + "
           "(SELECT count(*) FROM (SELECT * FROM engine.\"%s\" EXCEPT SELECT * FROM main.\"%s\"))",
           table, table, table, table);
  sqlite3_stmt *select = NULL;
  int code = floor_prepare(&run->base, sql, &select);
  if (!code) code = floor_step(&run->base, select, SQLITE_ROW);
  if (!code) *differences += (uint64_t)sqlite3_column_int64(select, 0);
  sqlite3_finalize(select);
  return code;
}

int docket_floor_differences(const char *engine, const char *database, uint64_t *differences, char *error,
                             size_t error_size) {
  act_run run = {.base = {.error = error, .error_size = error_size}};
  *differences = 0;
  sqlite3_stmt *tables = NULL;
  int code = sqlite3_open(database, &run.base.handle) == SQLITE_OK ? 0 : floor_fail(&run.base, database);
  if (!code) code = attach(&run, engine);
  if (!code)
    code = floor_prepare(
        &run.base, "SELECT name FROM engine.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'", &tables);
  while (!code && sqlite3_step(tables) == SQLITE_ROW)
    code = count_differences(&run, (const char *)sqlite3_column_text(tables, 0), differences);
  sqlite3_finalize(tables);
  close_run(&run);
  return code;
}
