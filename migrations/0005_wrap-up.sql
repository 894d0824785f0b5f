CREATE TABLE "wrap_ups" (
	"obligation_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"call_id" uuid NOT NULL,
	"pbx_id" uuid NOT NULL,
	"queue" text,
	"mode" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"ended_how" text,
	"released_by_id" uuid,
	"release_reason" text,
	CONSTRAINT "wrap_ups_obligation_id_user_id_pk" PRIMARY KEY("obligation_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "wrap_ups" ADD CONSTRAINT "wrap_ups_obligation_id_obligations_id_fk" FOREIGN KEY ("obligation_id") REFERENCES "public"."obligations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wrap_ups" ADD CONSTRAINT "wrap_ups_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wrap_ups" ADD CONSTRAINT "wrap_ups_pbx_id_pbxs_id_fk" FOREIGN KEY ("pbx_id") REFERENCES "public"."pbxs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wrap_ups" ADD CONSTRAINT "wrap_ups_released_by_id_users_id_fk" FOREIGN KEY ("released_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "wrap_ups_open" ON "wrap_ups" USING btree ("user_id") WHERE "wrap_ups"."ended_at" is null;