CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS unaccent;
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"user_id" uuid,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"ip_address" text
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"role" text DEFAULT 'agent' NOT NULL,
	"extension" text,
	"active" boolean DEFAULT true NOT NULL,
	"preferences" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"demo" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"id" uuid NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"pbx_id" uuid NOT NULL,
	"linked_id" text NOT NULL,
	"direction" text NOT NULL,
	"outcome" text NOT NULL,
	"number" text,
	"raw_number" text NOT NULL,
	"withheld" boolean DEFAULT false NOT NULL,
	"caller_name" text NOT NULL,
	"did" text NOT NULL,
	"queue" text,
	"ivr" text DEFAULT '' NOT NULL,
	"answered_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"ring_ms" integer DEFAULT 0 NOT NULL,
	"talk_ms" integer DEFAULT 0 NOT NULL,
	"contact_id" uuid,
	"contact_chosen" boolean DEFAULT false NOT NULL,
	"user_ids" uuid[] DEFAULT '{}' NOT NULL,
	"recovered" boolean DEFAULT false NOT NULL,
	"interrupted" boolean DEFAULT false NOT NULL,
	"progress" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "calls_id_started_at_pk" PRIMARY KEY("id","started_at")
) PARTITION BY RANGE ("started_at");
--> statement-breakpoint
CREATE TABLE "merged_calls" (
	"call_id" uuid PRIMARY KEY NOT NULL,
	"into_call_id" uuid NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "legs" (
	"call_id" uuid NOT NULL,
	"call_started_at" timestamp (3) with time zone NOT NULL,
	"index" smallint NOT NULL,
	"extension" text NOT NULL,
	"outside" boolean DEFAULT false NOT NULL,
	"placed" boolean DEFAULT false NOT NULL,
	"user_id" uuid,
	"rang_at" timestamp (3) with time zone NOT NULL,
	"answered_at" timestamp (3) with time zone,
	"left_at" timestamp (3) with time zone,
	"result" text,
	CONSTRAINT "legs_call_id_call_started_at_index_pk" PRIMARY KEY("call_id","call_started_at","index")
) PARTITION BY RANGE ("call_started_at");
--> statement-breakpoint
CREATE TABLE "recordings" (
	"call_id" uuid NOT NULL,
	"call_started_at" timestamp (3) with time zone NOT NULL,
	"index" smallint NOT NULL,
	"path" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"closed" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'expected' NOT NULL,
	"seconds" integer,
	"bytes" bigint,
	"checked_at" timestamp (3) with time zone,
	CONSTRAINT "recordings_call_id_call_started_at_index_pk" PRIMARY KEY("call_id","call_started_at","index")
) PARTITION BY RANGE ("call_started_at");
--> statement-breakpoint
CREATE TABLE "pbxs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"host" text NOT NULL,
	"port" integer NOT NULL,
	"tls" jsonb DEFAULT '{"enabled":false}'::jsonb NOT NULL,
	"events_username" text NOT NULL,
	"events_secret_sealed" text NOT NULL,
	"control_username" text,
	"control_secret_sealed" text,
	"extension_pattern" text NOT NULL,
	"recordings_root" text,
	"history" jsonb,
	"dial" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"demo" boolean DEFAULT false NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contact_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"user_id" uuid,
	"field" text NOT NULL,
	"from_value" text,
	"to_value" text
);
--> statement-breakpoint
CREATE TABLE "contact_numbers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"e164" text,
	"raw" text NOT NULL,
	"extension" text DEFAULT '' NOT NULL,
	"label" text DEFAULT '' NOT NULL,
	"valid_from" timestamp (3) with time zone,
	"valid_to" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text DEFAULT 'person' NOT NULL,
	"name" text NOT NULL,
	"search" text NOT NULL,
	"company_id" uuid,
	"owner_id" uuid,
	"status" text DEFAULT 'new' NOT NULL,
	"source" text DEFAULT '' NOT NULL,
	"region" text DEFAULT '' NOT NULL,
	"birthday" date,
	"tags" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"custom" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"demo" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contact_id" uuid,
	"assignee_id" uuid NOT NULL,
	"created_by_id" uuid,
	"call_id" uuid,
	"number" text,
	"title" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"done_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dispositions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"call_id" uuid NOT NULL,
	"call_started_at" timestamp (3) with time zone NOT NULL,
	"contact_id" uuid,
	"status" text NOT NULL,
	"comment" text NOT NULL,
	"refusal_reason" text,
	"amount" numeric(15, 2),
	"currency" text,
	"next_contact_at" timestamp (3) with time zone,
	"user_id" uuid NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "obligations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"call_id" uuid NOT NULL,
	"call_started_at" timestamp (3) with time zone NOT NULL,
	"contact_id" uuid,
	"number" text,
	"assignee_id" uuid,
	"claimed_by_id" uuid,
	"claimed_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"settled_by_id" uuid,
	"settled_how" text,
	"settled_by_call_id" uuid,
	"settled_comment" text
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_pbx_id_pbxs_id_fk" FOREIGN KEY ("pbx_id") REFERENCES "public"."pbxs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_changes" ADD CONSTRAINT "contact_changes_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_numbers" ADD CONSTRAINT "contact_numbers_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_company_id_contacts_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_assignee_id_users_id_fk" FOREIGN KEY ("assignee_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_created_by_id_users_id_fk" FOREIGN KEY ("created_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dispositions" ADD CONSTRAINT "dispositions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "obligations" ADD CONSTRAINT "obligations_assignee_id_users_id_fk" FOREIGN KEY ("assignee_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "obligations" ADD CONSTRAINT "obligations_claimed_by_id_users_id_fk" FOREIGN KEY ("claimed_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "obligations" ADD CONSTRAINT "obligations_settled_by_id_users_id_fk" FOREIGN KEY ("settled_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounts_user" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "audit_at" ON "audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audit_user" ON "audit" USING btree ("user_id","at");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_extension" ON "users" USING btree ("extension") WHERE "users"."active" and "users"."extension" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "calls_key" ON "calls" USING btree ("pbx_id","linked_id","started_at");--> statement-breakpoint
CREATE INDEX "calls_contact" ON "calls" USING btree ("contact_id","started_at");--> statement-breakpoint
CREATE INDEX "calls_number" ON "calls" USING btree ("number","started_at");--> statement-breakpoint
CREATE INDEX "calls_started" ON "calls" USING btree ("started_at","id");--> statement-breakpoint
CREATE INDEX "calls_live" ON "calls" USING btree ("pbx_id") WHERE "calls"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "calls_number_fragment" ON "calls" USING gin ("number" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "merged_calls_into" ON "merged_calls" USING btree ("into_call_id");--> statement-breakpoint
CREATE INDEX "legs_user" ON "legs" USING btree ("user_id","call_started_at","call_id") WHERE "legs"."user_id" is not null;--> statement-breakpoint
CREATE INDEX "recordings_expected" ON "recordings" USING btree ("call_started_at") WHERE "recordings"."state" in ('expected', 'missing', 'denied');--> statement-breakpoint
CREATE UNIQUE INDEX "pbxs_name" ON "pbxs" USING btree ("name") WHERE "pbxs"."active";--> statement-breakpoint
CREATE INDEX "contact_changes_contact" ON "contact_changes" USING btree ("contact_id","at");--> statement-breakpoint
CREATE INDEX "contact_numbers_e164" ON "contact_numbers" USING btree ("e164") WHERE "contact_numbers"."e164" is not null;--> statement-breakpoint
CREATE INDEX "contact_numbers_last_ten" ON "contact_numbers" USING btree (right("e164", 10)) WHERE "contact_numbers"."e164" is not null;--> statement-breakpoint
CREATE INDEX "contact_numbers_fragment" ON "contact_numbers" USING gin ("e164" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "contact_numbers_contact" ON "contact_numbers" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "contacts_search" ON "contacts" USING gin ("search" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "contacts_owner" ON "contacts" USING btree ("owner_id","id");--> statement-breakpoint
CREATE INDEX "contacts_status" ON "contacts" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "contacts_company" ON "contacts" USING btree ("company_id");--> statement-breakpoint
CREATE INDEX "notes_contact" ON "notes" USING btree ("contact_id","at");--> statement-breakpoint
CREATE INDEX "tasks_open" ON "tasks" USING btree ("assignee_id","due_at") WHERE "tasks"."done_at" is null;--> statement-breakpoint
CREATE INDEX "tasks_contact" ON "tasks" USING btree ("contact_id","due_at");--> statement-breakpoint
CREATE INDEX "tasks_number" ON "tasks" USING btree ("number") WHERE "tasks"."contact_id" is null;--> statement-breakpoint
CREATE INDEX "dispositions_call" ON "dispositions" USING btree ("call_id","at");--> statement-breakpoint
CREATE INDEX "dispositions_at" ON "dispositions" USING btree ("at");--> statement-breakpoint
CREATE INDEX "dispositions_contact" ON "dispositions" USING btree ("contact_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "obligations_call" ON "obligations" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "obligations_open" ON "obligations" USING btree ("kind","due_at","id") WHERE "obligations"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "obligations_open_assignee" ON "obligations" USING btree ("assignee_id","due_at","id") WHERE "obligations"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "obligations_open_number" ON "obligations" USING btree ("number") WHERE "obligations"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "obligations_open_contact" ON "obligations" USING btree ("contact_id") WHERE "obligations"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "obligations_open_started" ON "obligations" USING btree ("call_started_at","call_id") WHERE "obligations"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "obligations_settled" ON "obligations" USING btree ("settled_at","id") WHERE "obligations"."settled_at" is not null;
--> statement-breakpoint
-- Calls that fall into no month made yet; always empty when the server keeps its months ahead.
CREATE TABLE "calls_other" PARTITION OF "calls" DEFAULT;
--> statement-breakpoint
CREATE TABLE "legs_other" PARTITION OF "legs" DEFAULT;
--> statement-breakpoint
CREATE TABLE "recordings_other" PARTITION OF "recordings" DEFAULT;
--> statement-breakpoint
-- Makes the partitions of one month (UTC) for everything that is kept by month. Safe to call twice. Rows of that month
-- which came in before (a PBX with a wrong clock, an import) move from the default partition.
CREATE FUNCTION make_month(month timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  lower timestamptz := date_trunc('month', month AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  upper timestamptz := (date_trunc('month', month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
  suffix text := to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
  parent text;
  part text;
  key text;
BEGIN
  -- Two servers may come to midnight at the same moment.
  PERFORM pg_advisory_xact_lock(4736905252);
  FOREACH parent IN ARRAY ARRAY['calls', 'legs', 'recordings'] LOOP
    part := parent || '_' || suffix;
    key := CASE parent WHEN 'calls' THEN 'started_at' ELSE 'call_started_at' END;
    CONTINUE WHEN to_regclass(part) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
      parent || '_other', key, lower, key, upper, part);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, lower, upper);
  END LOOP;
END $$;
--> statement-breakpoint
-- The moment `minutes` of working time after `opened`. `company` holds `workingHours` (seven days, Monday first, each
-- {from, to} in minutes from local midnight or null) and `timeZone`. A company that never opens has calendar minutes.
CREATE FUNCTION due_at(opened timestamptz, minutes integer, company jsonb) RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  zone text := coalesce(company ->> 'timeZone', 'UTC');
  hours jsonb := company -> 'workingHours';
  left_over double precision := minutes * 60; -- seconds: an interval with days would follow the session's time zone
  span double precision;
  day date := (opened AT TIME ZONE zone)::date;
  today jsonb;
  opens timestamptz;
  closes timestamptz;
BEGIN
  -- The longest deadline is 10,080 minutes; a company open one minute a week would need centuries, so it ends somewhere.
  FOR step IN 0..3660 LOOP
    today := hours -> (extract(isodow FROM day)::integer - 1);
    IF jsonb_typeof(today) = 'object' AND (today ->> 'to')::integer > (today ->> 'from')::integer THEN
      -- Local wall-clock times: on the days when the clock is changed the working day is an hour shorter or longer.
      opens := greatest(opened, (day + make_interval(mins => (today ->> 'from')::integer)) AT TIME ZONE zone);
      closes := (day + make_interval(mins => (today ->> 'to')::integer)) AT TIME ZONE zone;
      IF closes > opens THEN
        span := extract(epoch FROM closes - opens);
        IF span >= left_over THEN
          RETURN opens + make_interval(secs => left_over);
        END IF;
        left_over := left_over - span;
      END IF;
    END IF;
    EXIT WHEN step >= 7 AND left_over = minutes * 60;
    day := day + 1;
  END LOOP;
  RETURN opened + make_interval(mins => minutes);
END $$;
