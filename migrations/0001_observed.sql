CREATE TABLE "blind_windows" (
	"id" uuid PRIMARY KEY NOT NULL,
	"pbx_id" uuid NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone,
	"cause" text NOT NULL,
	"recovered" integer DEFAULT 0 NOT NULL,
	"reconciled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "observations" (
	"pbx_id" uuid PRIMARY KEY NOT NULL,
	"since_at" timestamp (3) with time zone NOT NULL,
	"until_at" timestamp (3) with time zone NOT NULL,
	"reconciled_until" timestamp (3) with time zone,
	"journal_read_at" timestamp (3) with time zone,
	"journal_newest" timestamp (3) with time zone,
	"journal_problem" text,
	"counted_at" timestamp (3) with time zone,
	"families" integer DEFAULT 0 NOT NULL,
	"calls" integer DEFAULT 0 NOT NULL,
	"external" integer DEFAULT 0 NOT NULL,
	"obligations" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "blind_windows" ADD CONSTRAINT "blind_windows_pbx_id_pbxs_id_fk" FOREIGN KEY ("pbx_id") REFERENCES "public"."pbxs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "observations" ADD CONSTRAINT "observations_pbx_id_pbxs_id_fk" FOREIGN KEY ("pbx_id") REFERENCES "public"."pbxs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "blind_windows_pbx" ON "blind_windows" USING btree ("pbx_id","from_at");--> statement-breakpoint
CREATE INDEX "blind_windows_open" ON "blind_windows" USING btree ("pbx_id") WHERE "blind_windows"."to_at" is null;