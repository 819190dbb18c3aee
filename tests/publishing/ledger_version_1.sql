BEGIN TRANSACTION;
CREATE TABLE correction (
    quarter TEXT NOT NULL, version INTEGER NOT NULL, reason TEXT NOT NULL CHECK (reason <> ''), opened_on TEXT NOT NULL,
    corrects INTEGER NOT NULL, PRIMARY KEY (quarter, version),
    FOREIGN KEY (quarter, corrects) REFERENCES pack (quarter, version));
CREATE TABLE definition (sha256 TEXT PRIMARY KEY, indicator_id TEXT NOT NULL, definition TEXT NOT NULL);
INSERT INTO "definition" VALUES('a17c4a0cbfdf29c4c372076809948ea91bd9b4601386a1255ac490f2e2215a62','domestic_burglary','Recorded offences of burglary in a dwelling');
CREATE TABLE figure (
    run INTEGER NOT NULL REFERENCES run (id), row INTEGER NOT NULL, section TEXT NOT NULL, indicator_id TEXT NOT NULL,
    area TEXT NOT NULL, period TEXT NOT NULL, measure TEXT NOT NULL, value TEXT NOT NULL, lower TEXT NOT NULL,
    upper TEXT NOT NULL, confidence TEXT NOT NULL, unit TEXT NOT NULL, method TEXT NOT NULL, n TEXT NOT NULL,
    caveats TEXT NOT NULL, definition TEXT REFERENCES definition (sha256), PRIMARY KEY (run, row));
INSERT INTO "figure" VALUES(1,1,'','domestic_burglary','Leeds','12 months to June 2012','twelve_month_count','6771','','','','offences','count','','','a17c4a0cbfdf29c4c372076809948ea91bd9b4601386a1255ac490f2e2215a62');
INSERT INTO "figure" VALUES(1,2,'areas','domestic_burglary','Armley','12 months to June 2012','twelve_month_count','231','','','','offences','count','','','a17c4a0cbfdf29c4c372076809948ea91bd9b4601386a1255ac490f2e2215a62');
CREATE TABLE file (
    quarter TEXT NOT NULL, version INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (quarter, version, path),
    FOREIGN KEY (quarter, version) REFERENCES pack (quarter, version) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "file" VALUES('2012/13 Q1',1,'reports/2012-13_Q1/index.html','5f2b62f90de1e857bac8a1045cd91fa99a9d2548d04963587ecdb6361b17202c');
CREATE TABLE pack (
    quarter TEXT NOT NULL, version INTEGER NOT NULL, as_at TEXT NOT NULL, signed_at TEXT NOT NULL,
    commissioner TEXT NOT NULL, analyst TEXT NOT NULL, reviewer TEXT NOT NULL, owner TEXT NOT NULL,
    code_version TEXT NOT NULL, checklist TEXT NOT NULL, fingerprint TEXT NOT NULL,
    PRIMARY KEY (quarter, version));
INSERT INTO "pack" VALUES('2012/13 Q1',1,'2012-06-30','2012-07-20T09:30:00+00:00','','Performance team','Second analyst','Head of service','abc','{"read": {"answer": "yes", "note": ""}}','ba62fd15a46495efbccce223b079f9f5f48f0304da02e04de8917d7d1503dbd9');
CREATE TABLE run (
    id INTEGER PRIMARY KEY, quarter TEXT NOT NULL, version INTEGER NOT NULL, edition TEXT NOT NULL, report TEXT NOT NULL,
    notebook TEXT NOT NULL, parameters TEXT NOT NULL, inputs TEXT NOT NULL, code_version TEXT NOT NULL,
    finished TEXT NOT NULL, UNIQUE (quarter, version, edition, report),
    FOREIGN KEY (quarter, version) REFERENCES pack (quarter, version) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "run" VALUES(1,'2012/13 Q1',1,'public','burglary','card.ipynb','{"quarter": "2012/13 Q1"}','{}','abc','2012-07-14T10:00:00+00:00');
CREATE INDEX figure_key ON figure (indicator_id, area, period, measure);
CREATE TRIGGER run_no_update BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER run_no_delete BEFORE DELETE ON run BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER run_closed BEFORE INSERT ON run WHEN EXISTS (SELECT 1 FROM pack WHERE quarter = NEW.quarter AND version = NEW.version) BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER file_no_update BEFORE UPDATE ON file BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER file_no_delete BEFORE DELETE ON file BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER file_closed BEFORE INSERT ON file WHEN EXISTS (SELECT 1 FROM pack WHERE quarter = NEW.quarter AND version = NEW.version) BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER figure_no_update BEFORE UPDATE ON figure BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER figure_no_delete BEFORE DELETE ON figure BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER figure_closed BEFORE INSERT ON figure WHEN EXISTS (SELECT 1 FROM run JOIN pack USING (quarter, version) WHERE run.id = NEW.run) BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER pack_no_update BEFORE UPDATE ON pack BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER pack_no_delete BEFORE DELETE ON pack BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER pack_closed BEFORE INSERT ON pack WHEN NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM pack WHERE quarter = NEW.quarter) OR (NEW.version > 1 AND NOT EXISTS (SELECT 1 FROM correction WHERE quarter = NEW.quarter AND version = NEW.version)) BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER correction_no_update BEFORE UPDATE ON correction BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER correction_no_delete BEFORE DELETE ON correction BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER correction_closed BEFORE INSERT ON correction WHEN NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM pack WHERE quarter = NEW.quarter) OR NEW.corrects <> NEW.version - 1 OR EXISTS (SELECT 1 FROM correction WHERE quarter = NEW.quarter AND version = NEW.version) BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER definition_no_update BEFORE UPDATE ON definition BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER definition_no_delete BEFORE DELETE ON definition BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
CREATE TRIGGER definition_closed BEFORE INSERT ON definition WHEN EXISTS (SELECT 1 FROM definition WHERE sha256 = NEW.sha256) BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END;
COMMIT;
PRAGMA user_version = 1;
