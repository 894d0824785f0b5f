-- The table in which FreePBX keeps CEL: the same columns, lengths and indexes; `eventtime` in whole seconds without a zone.
create database if not exists asteriskcdrdb character set utf8mb4;
create table if not exists asteriskcdrdb.cel (
  id int not null auto_increment primary key,
  eventtype varchar(30) not null,
  eventtime datetime not null,
  cid_name varchar(80) not null,
  cid_num varchar(80) not null,
  cid_ani varchar(80) not null,
  cid_rdnis varchar(80) not null,
  cid_dnid varchar(80) not null,
  exten varchar(80) not null,
  context varchar(80) not null,
  channame varchar(80) not null,
  appname varchar(80) not null,
  appdata varchar(255) not null,
  amaflags int not null,
  accountcode varchar(20) not null,
  uniqueid varchar(32) not null,
  linkedid varchar(32) not null,
  peer varchar(80) not null,
  userdeftype varchar(255) not null,
  extra varchar(512) not null,
  key uniqueid_index (uniqueid), key linkedid_index (linkedid), key context_index (context)
) engine = innodb default charset = utf8mb4;
create user if not exists 'asterisk'@'%' identified by 'lab-asterisk';
grant insert, select on asteriskcdrdb.cel to 'asterisk'@'%';
create user if not exists 'dzvin'@'%' identified by 'lab-dzvin';
grant select on asteriskcdrdb.cel to 'dzvin'@'%';
create user if not exists 'lab'@'%' identified by 'lab-admin';
grant all on *.* to 'lab'@'%' with grant option;
