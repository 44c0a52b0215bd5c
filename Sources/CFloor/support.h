// What both floors do to SQLite.
#ifndef DOCKET_FLOOR_SUPPORT_H
#define DOCKET_FLOOR_SUPPORT_H

#include "CFloor.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef struct {
  sqlite3 *handle;
  char *error;
  size_t error_size;
} floor_database;

// Opens for durable writing: WAL, synchronous=FULL, and the engine's pages, checkpoint and cache.
int floor_open(floor_database *database, const char *path, const docket_floor_settings *settings);
// Puts `what` and SQLite's own words into the error text; returns -1.
int floor_fail(floor_database *database, const char *what);
int floor_execute(floor_database *database, const char *sql);
int floor_prepare(floor_database *database, const char *sql, sqlite3_stmt **statement);
// Steps once; anything but `expected` is a failure.
int floor_step(floor_database *database, sqlite3_stmt *statement, int expected);
double floor_now(clockid_t clock);

#endif
