CREATE TABLE people (
    id int AUTO_INCREMENT PRIMARY KEY,
    email varchar(120) NOT NULL UNIQUE,
    first_name varchar(40) NOT NULL,
    pesel char(11) UNIQUE,
    born date,
    `Odd "Name"` text,
    boss int,
    settings json,
    photo blob,
    balance decimal(20, 5),
    ratio float,
    weight double,
    active boolean,
    flags bit(3),
    mood enum('good', 'so''so'),
    seen timestamp(6) NULL,
    met datetime,
    shouted varchar(80) AS (upper(first_name)) STORED,
    CONSTRAINT people_boss FOREIGN KEY (boss) REFERENCES people (id)
) ENGINE = InnoDB;
CREATE TABLE notes (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    person int NOT NULL,
    body text NOT NULL,
    CONSTRAINT notes_person FOREIGN KEY (person) REFERENCES people (id)
) ENGINE = InnoDB;
CREATE TABLE outgoing (id int PRIMARY KEY) ENGINE = InnoDB;
CREATE TABLE bookkeeping (name varchar(20) PRIMARY KEY) ENGINE = Aria;
