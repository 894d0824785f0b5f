CREATE TABLE "paint_times" (
	"day" date NOT NULL,
	"bucket" smallint NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "paint_times_day_bucket_pk" PRIMARY KEY("day","bucket")
);
--> statement-breakpoint
CREATE TABLE "unseen_pops" (
	"id" uuid PRIMARY KEY NOT NULL,
	"call_id" uuid NOT NULL,
	"call_started_at" timestamp (3) with time zone NOT NULL,
	"user_id" uuid NOT NULL,
	"extension" text,
	"contact_id" uuid,
	"number" text,
	"queue" text,
	"cause" text NOT NULL,
	"rang_at" timestamp (3) with time zone NOT NULL,
	"noticed_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone,
	"seen_by_id" uuid
);
--> statement-breakpoint
ALTER TABLE "unseen_pops" ADD CONSTRAINT "unseen_pops_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unseen_pops" ADD CONSTRAINT "unseen_pops_seen_by_id_users_id_fk" FOREIGN KEY ("seen_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "unseen_pops_key" ON "unseen_pops" USING btree ("call_id","user_id");--> statement-breakpoint
CREATE INDEX "unseen_pops_noticed" ON "unseen_pops" USING btree ("noticed_at","id");